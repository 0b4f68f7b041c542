/**
 * Conversions between element types, on vectors.
 *
 * Invariant: the number of elements stays; integers change the size of their containers where
 * that of the element types asks for it.
 */
import * as arith from "@strata/arith";
import {
  bf16,
  DenseElementsAttr,
  f16,
  f32,
  f64,
  FloatType,
  i1,
  i32,
  IndexType,
  IntegerType,
  type OpRef,
  type Value,
  VectorType,
} from "@strata/ir";
import * as vector from "@strata/vector";
import type { Arg, Emission, Expr } from "./emission.ts";
import { integerBits, isNarrowFloat, layoutOf } from "./lanes.ts";
import {
  constantRegisters,
  integerSplat,
  resizeLanes,
  roundNarrowLanes,
  wrapLanes,
  zeroExtendLanes,
} from "./registers.ts";
import type { VectorContext, VectorEmit } from "./vector-ops.ts";

const run = (registers: readonly Arg[]): Expr[] => registers.map((r) => r());

const hold = (em: Emission, registers: readonly Expr[]): Arg[] =>
  registers.map((e) => em.hold("v128", e));

/** Integers of a vector type in containers of `bytes`, with their signed or unsigned value. */
function integersAs(
  em: Emission,
  t: VectorType,
  registers: readonly Arg[],
  bytes: number,
  signed: boolean,
): readonly Arg[] {
  const layout = layoutOf(t);
  const bits = integerBits(t.elementType);
  if (signed) return resizeLanes(em, registers, layout.lanes, layout.bytes, bytes);
  if (layout.bytes * 8 <= bits) {
    return resizeLanes(em, registers, layout.lanes, layout.bytes, bytes, false);
  }
  const cleared = hold(
    em,
    registers.map((r) => zeroExtendLanes(em.m, layout.bytes, bits, r())),
  );
  return resizeLanes(em, cleared, layout.lanes, layout.bytes, bytes, false);
}

/** An integer type as another one: the elements that fit, wrapped to it. */
function resize(signed: boolean): VectorEmit {
  return ({ em, m, types, result }, [a]) => {
    const from = types[0] as VectorType;
    const to = layoutOf(result);
    const bits = integerBits(result.elementType);
    // An index has its sign in 64 bits too.
    const asSigned = signed || from.elementType instanceof IndexType;
    const source = integersAs(em, from, a!, to.bytes, asSigned);
    if (result.elementType === i1) {
      // The lowest bit decides.
      if (from.elementType === i1) return run(source);
      return source.map((r) => {
        const bit = m.v128.and(r(), integerSplat(m, to.bytes, 1n));
        return m[to.kind as "i32x4"].neg(bit);
      });
    }
    const fromBits = integerBits(from.elementType);
    const fits = asSigned ? bits >= fromBits : bits > fromBits;
    return source.map((r) => (fits ? r() : wrapLanes(m, to.bytes, bits, r())));
  };
}

const lowLanes = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const highHalf = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/** The two halves of registers of 32-bit lanes, each in the low half of a register. */
function halves(em: Emission, registers: readonly Arg[], count: number): Arg[] {
  return Array.from({ length: count }, (_, k) => {
    const r = registers[k >> 1]!;
    if (k % 2 === 0) return r;
    return (): Expr => em.m.i8x16.shuffle(r(), r(), highHalf);
  });
}

/** Registers that hold two results in their low half each, joined to registers of four. */
function joined(em: Emission, pairs: readonly Expr[]): Expr[] {
  return Array.from({ length: Math.ceil(pairs.length / 2) }, (_, k) => {
    const [low, high] = [pairs[2 * k]!, pairs[2 * k + 1]];
    return high === undefined ? low : em.m.i8x16.shuffle(low, high, lowLanes);
  });
}

function fromInteger(signed: boolean): VectorEmit {
  return ({ em, m, op, types, result }, [a]) => {
    const from = types[0] as VectorType;
    const to = result.elementType;
    const positions = signed ? tryPositions(em, op.operand(0)) : undefined;
    if (positions !== undefined && !isNarrowFloat(to)) return fromPositions(em, result, positions);
    const bits = integerBits(from.elementType);
    // An f32 holds integers of 24 bits exactly: rounding it rounds once.
    if (bits > (isNarrowFloat(to) ? 24 : 32)) return undefined;
    const source = integersAs(em, from, a!, 4, signed);
    const isUnsigned = !signed && bits === 32;
    if (to !== f64) {
      return source.map((r) =>
        roundNarrowLanes(
          em,
          to,
          isUnsigned ? m.f32x4.convert_i32x4_u(r()) : m.f32x4.convert_i32x4_s(r()),
        ),
      );
    }
    return halves(em, source, layoutOf(result).registers).map((r) =>
      isUnsigned ? m.f64x2.convert_low_i32x4_u(r()) : m.f64x2.convert_low_i32x4_s(r()),
    );
  };
}

/**
 * 64-bit numbers that are positions (an index, plus constants for the lanes) in 32-bit containers:
 * an index has no more bits. Undefined for other numbers.
 */
function tryPositions(em: Emission, v: Value): Arg[] | undefined {
  const t = v.type as VectorType;
  if (integerBits(t.elementType) !== 64) return undefined;
  const count = Math.ceil((t.shape[0]! * 4) / 16);
  const op = v.definingOp;
  if (op instanceof vector.Broadcast) {
    const cast = op.source.definingOp;
    if (!(cast instanceof arith.IndexCast && cast.in.type instanceof IndexType)) return undefined;
    const one = em.hold("v128", em.m.i32x4.splat(em.scalar(cast.in)()));
    return Array.from({ length: count }, () => one);
  }
  if (op instanceof arith.ConstantOp && op.value instanceof DenseElementsAttr) {
    const { value } = op;
    const small = VectorType.get(t.shape, i32);
    const numbers = Array.from({ length: t.shape[0]! }, (_, k) => BigInt(value.at(k).value));
    if (numbers.some((n) => BigInt.asIntN(24, n) !== n)) return undefined;
    const layout = layoutOf(small);
    const registers = hold(em, constantRegisters(em.m, small, numbers));
    return [...resizeLanes(em, registers, layout.lanes, layout.bytes, 4)];
  }
  if (!(op instanceof arith.AddI)) return undefined;
  const [l, r] = [op.lhs, op.rhs].map((x) => tryPositions(em, x));
  if (l === undefined || r === undefined) return undefined;
  return l.map((x, k) => em.hold("v128", em.m.i32x4.add(x(), r[k]!())));
}

function fromPositions(em: Emission, result: VectorType, positions: readonly Arg[]): Expr[] {
  const { m } = em;
  if (result.elementType !== f64) return positions.map((r) => m.f32x4.convert_i32x4_s(r()));
  return halves(em, positions, layoutOf(result).registers).map((r) =>
    m.f64x2.convert_low_i32x4_s(r()),
  );
}

/** Saturating; NaN gives 0. */
function toInteger(signed: boolean): VectorEmit {
  return ({ em, m, types, result }, [a]) => {
    const from = types[0] as VectorType;
    const bits = integerBits(result.elementType);
    if (bits > 32) return undefined;
    const asSigned = signed || bits < 32;
    const full =
      from.elementType === f64
        ? joined(
            em,
            a!.map((r) =>
              asSigned ? m.i32x4.trunc_sat_f64x2_s_zero(r()) : m.i32x4.trunc_sat_f64x2_u_zero(r()),
            ),
          )
        : a!.map((r) =>
            asSigned ? m.i32x4.trunc_sat_f32x4_s(r()) : m.i32x4.trunc_sat_f32x4_u(r()),
          );
    const { lanes, bytes } = layoutOf(result);
    const max = signed ? (1n << BigInt(bits - 1)) - 1n : (1n << BigInt(bits)) - 1n;
    const min = signed ? -(1n << BigInt(bits - 1)) : 0n;
    const limited = full.map((e) =>
      bits === 32
        ? e
        : m.i32x4.max_s(m.i32x4.min_s(e, integerSplat(m, 4, max)), integerSplat(m, 4, min)),
    );
    if (result.elementType === i1) {
      // What is not 0 is the single bit.
      const masks = hold(
        em,
        limited.map((e) => m.i32x4.ne(e, integerSplat(m, 4, 0n))),
      );
      return run(resizeLanes(em, masks, lanes, 4, bytes));
    }
    const sized = resizeLanes(em, hold(em, limited), lanes, 4, bytes);
    return sized.map((r) => (signed ? r() : wrapLanes(m, bytes, bits, r())));
  };
}

const widen: VectorEmit = ({ em, m, result }, [a]) => {
  if (result.elementType !== f64) return run(a!);
  return halves(em, a!, layoutOf(result).registers).map((r) => m.f64x2.promote_low_f32x4(r()));
};

const narrow: VectorEmit = (cx, [a]) => {
  const { em, m, op, types, result } = cx;
  const mode = op instanceof arith.TruncF ? op.roundingmode : undefined;
  if (mode !== undefined) return undefined;
  const from = (types[0] as VectorType).elementType;
  const to = result.elementType;
  if (from === f64) {
    if (to !== f32) return undefined;
    return joined(
      em,
      a!.map((r) => m.f32x4.demote_f64x2_zero(r())),
    );
  }
  return a!.map((r) => roundNarrowLanes(em, to, r()));
};

/** Registers of 32-bit containers (64-bit for f64, i64) with the bits of the elements. */
function bitsOfLanes(cx: VectorContext, t: VectorType, registers: readonly Arg[]): readonly Arg[] {
  const { em } = cx;
  if (t.elementType === f16 || t.elementType === bf16) {
    const name = t.elementType === f16 ? "f16_bits_lanes" : "bf16_bits_lanes";
    return hold(
      em,
      registers.map((r) => em.helper(name, [r()])),
    );
  }
  if (t.elementType instanceof FloatType) return registers;
  return integersAs(em, t, registers, integerBits(t.elementType) === 64 ? 8 : 4, true);
}

const bitcast: VectorEmit = (cx, [a]) => {
  const { em, m, types, result } = cx;
  const from = types[0] as VectorType;
  const [x, y] = [from.elementType, result.elementType];
  if (x === y) return run(a!);
  if (!(x instanceof IntegerType || x instanceof FloatType)) return undefined;
  const bits = bitsOfLanes(cx, from, a!);
  if (y === f16) return bits.map((r) => em.helper("f16_value_lanes", [r()]));
  if (y === bf16) return bits.map((r) => m.i32x4.shl(r(), m.i32.const(16)));
  if (y instanceof FloatType) return run(bits);
  const { lanes, bytes } = layoutOf(result);
  const width = integerBits(y);
  const sized = resizeLanes(em, bits, lanes, width === 64 ? 8 : 4, bytes);
  return sized.map((r) => wrapLanes(m, bytes, width, r()));
};

/** Emitters by operation. */
export const castEmitters: readonly (readonly [OpRef, VectorEmit])[] = [
  [arith.ExtSI, resize(true)],
  [arith.ExtUI, resize(false)],
  [arith.TruncI, resize(true)],
  [arith.IndexCast, resize(true)],
  [arith.IndexCastUI, resize(false)],
  [arith.SIToFP, fromInteger(true)],
  [arith.UIToFP, fromInteger(false)],
  [arith.FPToSI, toInteger(true)],
  [arith.FPToUI, toInteger(false)],
  [arith.ExtF, widen],
  [arith.TruncF, narrow],
  [arith.BitcastOp, bitcast],
];
