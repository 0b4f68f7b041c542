/**
 * The registers of vectors: constants, lanes, and changes of the container size.
 *
 * Invariant: what stands in containers beyond the last element is never looked at.
 */
import {
  bf16,
  type DenseElementsAttr,
  f16,
  FloatType,
  i1,
  IndexType,
  type Type,
  type VectorType,
} from "@strata/ir";
import type binaryen from "binaryen";
import type { Arg, Emission, Expr } from "./emission.ts";
import { containerKind, integerBits, type Layout, layoutOf, perRegister } from "./lanes.ts";

const zeroBytes: readonly number[] = Array.from({ length: 16 }, () => 0);

/** A register of zeros. */
export function zero(m: binaryen.Module): Expr {
  return m.v128.const(zeroBytes);
}

/** The bytes of `bytes`-sized containers that hold an integer each, for whole registers. */
function integerBytes(values: readonly bigint[], layout: Layout): number[] {
  const out: number[] = [];
  for (let i = 0; i < layout.registers * perRegister(layout); i++) {
    let v = BigInt.asUintN(layout.bytes * 8, values[i] ?? 0n);
    for (let b = 0; b < layout.bytes; b++, v >>= 8n) out.push(Number(v & 255n));
  }
  return out;
}

function floatBytes(values: readonly number[], layout: Layout): number[] {
  const view = new DataView(new ArrayBuffer(layout.registers * 16));
  values.forEach((v, i) => {
    if (layout.bytes === 8) view.setFloat64(i * 8, v, true);
    else view.setFloat32(i * 4, v, true);
  });
  return [...new Uint8Array(view.buffer)];
}

function chunks(bytes: readonly number[]): number[][] {
  return Array.from({ length: bytes.length / 16 }, (_, r) => bytes.slice(r * 16, r * 16 + 16));
}

/** What stands in a container for an element. */
function containerValue(t: Type, v: bigint): bigint {
  if (t === i1) return -v;
  return t instanceof IndexType ? BigInt.asIntN(32, v) : v;
}

/** The registers of a vector of known elements (for masks: 0 or 1). */
export function constantRegisters(
  m: binaryen.Module,
  t: VectorType,
  values: readonly (bigint | number)[],
): Expr[] {
  const layout = layoutOf(t);
  const bytes =
    t.elementType instanceof FloatType
      ? floatBytes(values.map(Number), layout)
      : integerBytes(
          values.map((v) => containerValue(t.elementType, BigInt(v))),
          layout,
        );
  return chunks(bytes).map((c) => m.v128.const(c));
}

/** The registers of a constant. */
export function denseRegisters(m: binaryen.Module, t: VectorType, a: DenseElementsAttr): Expr[] {
  const values = Array.from({ length: t.shape[0]! }, (_, i) => a.at(i).value);
  return constantRegisters(m, t, values);
}

/** A register whose containers all hold one integer. */
export function integerSplat(m: binaryen.Module, bytes: number, value: bigint): Expr {
  const lanes = 16 / bytes;
  const layout: Layout = { lanes, bytes, registers: 1, kind: containerKind(bytes) };
  return m.v128.const(
    integerBytes(
      Array.from({ length: lanes }, () => value),
      layout,
    ),
  );
}

/** Sign-extends elements of `bits` again that may have left their range; masks are kept. */
export function wrapLanes(m: binaryen.Module, bytes: number, bits: number, e: Expr): Expr {
  const spare = bytes * 8 - bits;
  if (bits === 1 || spare <= 0) return e;
  const kind = containerKind(bytes);
  return m[kind].shr_s(m[kind].shl(e, m.i32.const(spare)), m.i32.const(spare));
}

/** The unsigned values of sign-extended elements of `bits`. */
export function zeroExtendLanes(m: binaryen.Module, bytes: number, bits: number, e: Expr): Expr {
  if (bytes * 8 <= bits) return e;
  return m.v128.and(e, integerSplat(m, bytes, (1n << BigInt(bits)) - 1n));
}

/** Containers widened to twice their size: one register to the two that it becomes. */
function widenOnce(em: Emission, from: number, source: Arg, signed: boolean, count: number): Arg[] {
  const { m } = em;
  const low = ((): Expr => {
    switch (from) {
      case 1:
        return (signed ? m.i16x8.extend_low_i8x16_s : m.i16x8.extend_low_i8x16_u)(source());
      case 2:
        return (signed ? m.i32x4.extend_low_i16x8_s : m.i32x4.extend_low_i16x8_u)(source());
      default:
        return (signed ? m.i64x2.extend_low_i32x4_s : m.i64x2.extend_low_i32x4_u)(source());
    }
  })();
  if (count === 1) return [em.hold("v128", low)];
  const high = ((): Expr => {
    switch (from) {
      case 1:
        return (signed ? m.i16x8.extend_high_i8x16_s : m.i16x8.extend_high_i8x16_u)(source());
      case 2:
        return (signed ? m.i32x4.extend_high_i16x8_s : m.i32x4.extend_high_i16x8_u)(source());
      default:
        return (signed ? m.i64x2.extend_high_i32x4_s : m.i64x2.extend_high_i32x4_u)(source());
    }
  })();
  return [em.hold("v128", low), em.hold("v128", high)];
}

/** The low bytes of the containers of up to `from / to` registers, in one. */
function narrowInto(em: Emission, sources: readonly Arg[], from: number, to: number): Arg {
  const { m } = em;
  const per = 16 / from;
  // Two registers at a time: the first result fills from the left, the next one joins it.
  let joined: Arg | undefined;
  for (let s = 0; s < sources.length; s += 2) {
    const [a, b = a] = [sources[s]!, sources[s + 1]];
    const bytes = Array.from({ length: 16 }, (_, i) => {
      const lane = Math.floor(i / to);
      return lane < 2 * per ? lane * from + (i % to) : 0;
    });
    const part = em.hold("v128", m.i8x16.shuffle(a!(), b!(), bytes));
    if (joined === undefined) joined = part;
    else {
      const before = joined;
      const start = s * per * to;
      const merge = Array.from({ length: 16 }, (_, i) => (i < start ? i : 16 + i - start));
      joined = em.hold("v128", m.i8x16.shuffle(before(), part(), merge));
    }
  }
  return joined!;
}

/**
 * Integers (or masks) in containers of `from` bytes as containers of `to` bytes: sign- or
 * zero-extended, or cut to the low bytes.
 */
export function resizeLanes(
  em: Emission,
  registers: readonly Arg[],
  lanes: number,
  from: number,
  to: number,
  signed = true,
): readonly Arg[] {
  if (from === to) return registers;
  if (from < to) {
    const next = from * 2;
    const wanted = Math.ceil((lanes * next) / 16);
    const wide = registers.flatMap((r, k) =>
      widenOnce(em, from, r, signed, Math.min(2, wanted - 2 * k)),
    );
    return resizeLanes(em, wide, lanes, next, to, signed);
  }
  const group = from / to;
  const count = Math.ceil((lanes * to) / 16);
  return Array.from({ length: count }, (_, k) =>
    narrowInto(em, registers.slice(k * group, (k + 1) * group), from, to),
  );
}

/** Register and lane within it of an element. */
export function placeOf(layout: Layout, element: number): { register: number; lane: number } {
  const per = perRegister(layout);
  return { register: Math.floor(element / per), lane: element % per };
}

/** An element as a scalar of the element type. */
export function extractElement(
  m: binaryen.Module,
  t: VectorType,
  registers: readonly Arg[],
  element: number,
): Expr {
  const layout = layoutOf(t);
  const { register, lane } = placeOf(layout, element);
  const e = registers[register]!();
  if (layout.kind === "i8x16") return oneBit(m, t, m.i8x16.extract_lane_s(e, lane));
  if (layout.kind === "i16x8") return oneBit(m, t, m.i16x8.extract_lane_s(e, lane));
  const scalar = m[layout.kind].extract_lane(e, lane);
  if (t.elementType instanceof FloatType) return scalar;
  const isWide = layout.kind === "i64x2" && integerBits(t.elementType) <= 32;
  return oneBit(m, t, isWide ? m.i32.wrap(scalar) : scalar);
}

function oneBit(m: binaryen.Module, t: VectorType, e: Expr): Expr {
  return t.elementType === i1 ? m.i32.and(e, m.i32.const(1)) : e;
}

/** A scalar of the element type as it stands in a container. */
function toContainer(m: binaryen.Module, t: VectorType, e: Expr): Expr {
  if (t.elementType instanceof FloatType) return e;
  const value = t.elementType === i1 ? m.i32.sub(m.i32.const(0), e) : e;
  const isWide = layoutOf(t).kind === "i64x2" && integerBits(t.elementType) <= 32;
  return isWide ? m.i64.extend_s(value) : value;
}

/** The register of an element with that element replaced by a scalar. */
export function insertElement(
  m: binaryen.Module,
  t: VectorType,
  register: Expr,
  element: number,
  scalar: Expr,
): Expr {
  const layout = layoutOf(t);
  const { lane } = placeOf(layout, element);
  return m[layout.kind].replace_lane(register, lane, toContainer(m, t, scalar));
}

/** A register of equal elements. */
export function splat(m: binaryen.Module, t: VectorType, scalar: Expr): Expr {
  return m[layoutOf(t).kind].splat(toContainer(m, t, scalar));
}

/** Rounds a register of f32 lanes to a 16-bit format; other element types are kept. */
export function roundNarrowLanes(em: Emission, t: Type, e: Expr): Expr {
  if (t === f16) return em.helper("f16_round_lanes", [e]);
  return t === bf16 ? em.helper("bf16_round_lanes", [e]) : e;
}
