/**
 * Vectors in memory.
 *
 * Invariants: in memory elements lie packed, `i1` as a byte 0 or 1, f16 and bf16 as 16 bits; no
 * byte outside of the elements (for masked accesses: of those whose mask is set) is touched.
 */
import { bf16, f16, FloatType, i1, type VectorType } from "@strata/ir";
import type { Arg, Emission, Expr } from "./emission.ts";
import { elementBytes, type Layout, layoutOf } from "./lanes.ts";
import {
  extractElement,
  insertElement,
  integerSplat,
  placeOf,
  resizeLanes,
  zero,
} from "./registers.ts";
import { loadScalar, storeScalar } from "./scalar-floats.ts";

/** An address that may be used several times: a local and a constant. */
export interface Place {
  readonly pointer: Arg;
  readonly offset: number;
}

/** Registers of packed memory: what lies beyond `total` bytes is zero. */
function loadBytes(em: Emission, total: number, align: number, at: Place): Arg[] {
  const { m } = em;
  const out: Arg[] = [];
  for (let start = 0; start < total; start += 16) {
    const rest = Math.min(16, total - start);
    const offset = at.offset + start;
    if (rest === 16) {
      out.push(em.hold("v128", m.v128.load(offset, align, at.pointer())));
      continue;
    }
    out.push(loadPart(em, rest, align, { pointer: at.pointer, offset }));
  }
  return out;
}

/** Fewer than 16 bytes: the largest power of two at once, then the others as lanes. */
function loadPart(em: Emission, total: number, align: number, at: Place): Arg {
  const { m } = em;
  let done = 0;
  let value: Arg | undefined;
  for (const size of [8, 4, 2, 1]) {
    if (total - done < size) continue;
    const offset = at.offset + done;
    const a = Math.min(align, size);
    let e: Expr;
    if (value === undefined && size === 8) e = m.v128.load64_zero(offset, a, at.pointer());
    else if (value === undefined && size === 4) e = m.v128.load32_zero(offset, a, at.pointer());
    else {
      const before = value === undefined ? zero(m) : value();
      const lane = done / size;
      const load = { 4: m.v128.load32_lane, 2: m.v128.load16_lane, 1: m.v128.load8_lane }[
        size as 4 | 2 | 1
      ];
      e = load(offset, a, lane, at.pointer(), before);
    }
    value = em.hold("v128", e);
    done += size;
  }
  return value!;
}

/** One load that widens as it goes, where WebAssembly has it. */
function tryLoadWidened(
  em: Emission,
  t: VectorType,
  bytes: number,
  layout: Layout,
  at: Place,
): Expr | undefined {
  const { m } = em;
  if (layout.lanes * bytes !== 8 || layout.bytes !== 2 * bytes) return undefined;
  if (t.elementType instanceof FloatType) return undefined;
  const load = { 1: m.v128.load8x8_s, 2: m.v128.load16x4_s, 4: m.v128.load32x2_s }[
    bytes as 1 | 2 | 4
  ];
  return load(at.offset, bytes, at.pointer());
}

/** The registers of a vector that lies at a place. */
export function loadVector(em: Emission, t: VectorType, at: Place): Expr[] {
  const { m } = em;
  const layout = layoutOf(t);
  const bytes = elementBytes(t.elementType)!;
  const widened = tryLoadWidened(em, t, bytes, layout, at);
  if (widened !== undefined) {
    return [t.elementType === i1 ? m.i16x8.ne(widened, zero(m)) : widened];
  }
  const packed = loadBytes(em, layout.lanes * bytes, bytes, at);
  if (t.elementType === f16 || t.elementType === bf16) {
    const bits = resizeLanes(em, packed, layout.lanes, 2, 4, false);
    return bits.map((r) =>
      t.elementType === f16
        ? em.helper("f16_value_lanes", [r()])
        : m.i32x4.shl(r(), m.i32.const(16)),
    );
  }
  if (t.elementType instanceof FloatType) return packed.map((r) => r());
  const sized = resizeLanes(em, packed, layout.lanes, bytes, layout.bytes);
  if (t.elementType !== i1) return sized.map((r) => r());
  return sized.map((r) => m[layout.kind as "i32x4"].ne(r(), zero(m)));
}

/** The elements of a vector as they lie in memory. */
function pack(em: Emission, t: VectorType, registers: readonly Arg[]): readonly Arg[] {
  const { m } = em;
  const layout = layoutOf(t);
  const bytes = elementBytes(t.elementType)!;
  if (t.elementType === f16 || t.elementType === bf16) {
    const name = t.elementType === f16 ? "f16_bits_lanes" : "bf16_bits_lanes";
    const bits = registers.map((r) => em.hold("v128", em.helper(name, [r()])));
    return resizeLanes(em, bits, layout.lanes, 4, 2);
  }
  if (t.elementType instanceof FloatType) return registers;
  const sized = resizeLanes(em, registers, layout.lanes, layout.bytes, bytes);
  if (t.elementType !== i1) return sized;
  return sized.map((r) => em.hold("v128", m.v128.and(r(), integerSplat(m, 1, 1n))));
}

/** Writes a vector to a place. */
export function storeVector(
  em: Emission,
  t: VectorType,
  registers: readonly Arg[],
  at: Place,
): Expr[] {
  const bytes = elementBytes(t.elementType)!;
  const total = t.shape[0]! * bytes;
  return pack(em, t, registers).flatMap((r, k) =>
    storeBytes(em, Math.min(16, total - 16 * k), bytes, r, {
      pointer: at.pointer,
      offset: at.offset + 16 * k,
    }),
  );
}

/** Up to 16 bytes of a register. */
function storeBytes(em: Emission, total: number, align: number, value: Arg, at: Place): Expr[] {
  const { m } = em;
  if (total === 16) return [m.v128.store(at.offset, align, at.pointer(), value())];
  const out: Expr[] = [];
  let done = 0;
  for (const size of [8, 4, 2, 1]) {
    if (total - done < size) continue;
    const store = {
      8: m.v128.store64_lane,
      4: m.v128.store32_lane,
      2: m.v128.store16_lane,
      1: m.v128.store8_lane,
    }[size as 8 | 4 | 2 | 1];
    const lane = done / size;
    out.push(store(at.offset + done, Math.min(align, size), lane, at.pointer(), value()));
    done += size;
  }
  return out;
}

/** Whether all elements of a mask are set, or whether one is. */
export function maskTest(em: Emission, t: VectorType, mask: readonly Arg[], all: boolean): Expr {
  const { m } = em;
  const layout = layoutOf(t);
  const valid = mask.map((r, k): Arg => {
    // Containers beyond the last element count as set for `all`, as not set for `any`.
    const bytes = layout.lanes * layout.bytes - 16 * k;
    if (bytes >= 16) return r;
    const inside = Array.from({ length: 16 }, (_, i) => (i < bytes ? 255 : 0));
    return all
      ? (): Expr => m.v128.or(r(), m.v128.const(inside.map((b) => 255 - b)))
      : (): Expr => m.v128.and(r(), m.v128.const(inside));
  });
  if (all) {
    const joined = valid.map((r) => r()).reduce((x, y) => m.v128.and(x, y));
    return m.i8x16.all_true(joined);
  }
  return m.v128.any_true(valid.map((r) => r()).reduce((x, y) => m.v128.or(x, y)));
}

/** Whether an element of a mask is set. */
export function maskBit(em: Emission, t: VectorType, mask: readonly Arg[], lane: number): Expr {
  return extractElement(em.m, t, mask, lane);
}

/** A register per container, in locals that branches may set. */
interface Lanes {
  readonly locals: readonly number[];
  get(r: number): Expr;
}

function keep(em: Emission, registers: readonly Expr[]): Lanes {
  const locals = registers.map((e) => {
    const local = em.newLocal("v128");
    em.push(em.m.local.set(local, e));
    return local;
  });
  return { locals, get: (r) => em.m.local.get(locals[r]!, em.types.v128) };
}

/** Runs code in a branch of its own. */
export type Nested = (f: () => void) => Expr;

/** Masked reading: all at once where every element is wanted, else one after another. */
export function loadMasked(
  em: Emission,
  nested: Nested,
  t: VectorType,
  mask: { readonly type: VectorType; readonly registers: readonly Arg[] },
  rest: readonly Arg[],
  at: Place,
): Expr[] {
  const { m } = em;
  const out = keep(
    em,
    rest.map((r) => r()),
  );
  const whole = nested(() => {
    loadVector(em, t, at).forEach((e, r) => em.push(m.local.set(out.locals[r]!, e)));
  });
  const single = nested(() => {
    const bytes = elementBytes(t.elementType)!;
    for (let lane = 0; lane < t.shape[0]!; lane++) {
      em.push(
        m.if(
          maskBit(em, mask.type, mask.registers, lane),
          nested(() => insertLoaded(em, t, out, lane, at.pointer, at.offset + lane * bytes)),
        ),
      );
    }
  });
  em.push(m.if(maskTest(em, mask.type, mask.registers, true), whole, single));
  return out.locals.map((_, r) => out.get(r));
}

function insertLoaded(
  em: Emission,
  t: VectorType,
  out: Lanes,
  lane: number,
  pointer: Arg,
  offset: number,
): void {
  const { register } = placeOf(layoutOf(t), lane);
  const scalar = loadScalar(em, t.elementType, offset, pointer());
  em.push(
    em.m.local.set(out.locals[register]!, insertElement(em.m, t, out.get(register), lane, scalar)),
  );
}

/** Masked writing: all at once where every element is wanted, else one after another. */
export function storeMasked(
  em: Emission,
  nested: Nested,
  t: VectorType,
  mask: { readonly type: VectorType; readonly registers: readonly Arg[] },
  registers: readonly Arg[],
  at: Place,
): void {
  const { m } = em;
  const whole = nested(() => storeVector(em, t, registers, at).forEach((e) => em.push(e)));
  const single = nested(() => {
    const bytes = elementBytes(t.elementType)!;
    for (let lane = 0; lane < t.shape[0]!; lane++) {
      const value = (): Expr => extractElement(m, t, registers, lane);
      const store = nested(() =>
        em.push(storeScalar(em, t.elementType, at.offset + lane * bytes, at.pointer(), value)),
      );
      em.push(m.if(maskBit(em, mask.type, mask.registers, lane), store));
    }
  });
  em.push(m.if(maskTest(em, mask.type, mask.registers, true), whole, single));
}

/** Reads elements at positions of their own; `position` gives the address of a lane. */
export function gather(
  em: Emission,
  nested: Nested,
  t: VectorType,
  mask: { readonly type: VectorType; readonly registers: readonly Arg[] },
  rest: readonly Arg[],
  position: (lane: number) => Arg,
): Expr[] {
  const { m } = em;
  const out = keep(
    em,
    rest.map((r) => r()),
  );
  for (let lane = 0; lane < t.shape[0]!; lane++) {
    const load = nested(() => insertLoaded(em, t, out, lane, position(lane), 0));
    em.push(m.if(maskBit(em, mask.type, mask.registers, lane), load));
  }
  return out.locals.map((_, r) => out.get(r));
}

/** Writes elements at positions of their own, in order. */
export function scatter(
  em: Emission,
  nested: Nested,
  t: VectorType,
  mask: { readonly type: VectorType; readonly registers: readonly Arg[] },
  registers: readonly Arg[],
  position: (lane: number) => Arg,
): void {
  const { m } = em;
  for (let lane = 0; lane < t.shape[0]!; lane++) {
    const value = (): Expr => extractElement(m, t, registers, lane);
    const store = nested(() => em.push(storeScalar(em, t.elementType, 0, position(lane)(), value)));
    em.push(m.if(maskBit(em, mask.type, mask.registers, lane), store));
  }
}
