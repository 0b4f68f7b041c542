/**
 * Element-by-element operations on vectors: SIMD instructions where WebAssembly has them, else one
 * lane after another with the scalar operation.
 */
import * as arith from "@strata/arith";
import {
  f32,
  f64,
  FloatType,
  i1,
  IndexType,
  IntegerType,
  type OpDefinition,
  type OpRef,
  type Type,
  VectorType,
} from "@strata/ir";
import * as math from "@strata/math";
import type binaryen from "binaryen";
import { containerKind, integerBits, type LaneKind, laneKind } from "./lanes.ts";
import { type Arg, type Expr, type ScalarContext, tryEmitScalar } from "./scalar-ops.ts";

/** What emitting one vector operation needs; types are those of the vectors (or scalars). */
export interface VectorContext extends ScalarContext {
  readonly result: VectorType;
}

type Emit = (cx: VectorContext, args: readonly Arg[]) => Expr | undefined;

const containerBits: Readonly<Record<LaneKind, number>> = {
  i8x16: 8,
  i16x8: 16,
  i32x4: 32,
  i64x2: 64,
  f32x4: 32,
  f64x2: 64,
};

/** Bytes of a v128 whose containers all hold an integer. */
export function splatBytes(lanes: number, values: readonly bigint[]): number[] {
  const bytes = 16 / lanes;
  const out: number[] = [];
  for (let i = 0; i < lanes; i++) {
    let v = BigInt.asUintN(bytes * 8, values[i % values.length]!);
    for (let b = 0; b < bytes; b++, v >>= 8n) out.push(Number(v & 255n));
  }
  return out;
}

/** The bytes of a constant vector. */
export function constantBytes(t: VectorType, values: readonly (bigint | number)[]): number[] {
  const n = t.shape[0]!;
  if (t.elementType instanceof FloatType) {
    const view = new DataView(new ArrayBuffer(16));
    for (let i = 0; i < n; i++) {
      const v = Number(values[i % values.length]);
      if (t.elementType === f64) view.setFloat64(i * 8, v, true);
      else view.setFloat32(i * 4, v, true);
    }
    return [...new Uint8Array(view.buffer)];
  }
  return splatBytes(
    n,
    values.map((v) => (t.elementType === i1 ? -BigInt(v) : BigInt(v))),
  );
}

/** Sign-extends elements again that may have left their range. */
function wrapLanes(m: binaryen.Module, t: VectorType, e: Expr): Expr {
  const bits = integerBits(t.elementType);
  const kind = containerKind(t.shape[0]!);
  const spare = containerBits[kind] - (t.elementType === i1 ? containerBits[kind] : bits);
  if (t.elementType === i1 || spare <= 0) return e;
  if (kind === "i8x16") return e;
  return m[kind].shr_s(m[kind].shl(e, m.i32.const(spare)), m.i32.const(spare));
}

/** The unsigned values of sign-extended elements. */
function zeroExtended(m: binaryen.Module, t: VectorType, e: Expr): Expr {
  const bits = integerBits(t.elementType);
  const kind = containerKind(t.shape[0]!);
  if (containerBits[kind] <= bits) return e;
  const mask = t.elementType === i1 ? 1n : (1n << BigInt(bits)) - 1n;
  return m.v128.and(e, m.v128.const(splatBytes(t.shape[0]!, [mask])));
}

const isInteger = (t: Type): boolean => t instanceof IntegerType || t instanceof IndexType;

function integer(name: "add" | "sub"): Emit {
  return ({ m, result }, [a, b]) => {
    if (result.elementType === i1) return m.v128.xor(a!(), b!());
    return wrapLanes(m, result, m[containerKind(result.shape[0]!)][name](a!(), b!()));
  };
}

const multiply: Emit = ({ m, result }, [a, b]) => {
  if (result.elementType === i1) return m.v128.and(a!(), b!());
  const kind = containerKind(result.shape[0]!);
  return kind === "i8x16" ? undefined : wrapLanes(m, result, m[kind].mul(a!(), b!()));
};

function bitwise(name: "and" | "or" | "xor"): Emit {
  return ({ m }, [a, b]) => m.v128[name](a!(), b!());
}

function minMax(name: "min" | "max", signed: boolean): Emit {
  return ({ m, result }, [a, b]) => {
    const kind = containerKind(result.shape[0]!);
    if (kind === "i64x2" || result.elementType === i1) return undefined;
    if (signed) return m[kind][`${name}_s`](a!(), b!());
    const [x, y] = [a!, b!].map((v) => zeroExtended(m, result, v()));
    return wrapLanes(m, result, m[kind][`${name}_u`](x!, y!));
  };
}

function float(name: "add" | "sub" | "mul" | "div" | "min" | "max"): Emit {
  return ({ m, result }, [a, b]) =>
    result.elementType === f64 ? m.f64x2[name](a!(), b!()) : m.f32x4[name](a!(), b!());
}

function floatUnary(name: "abs" | "neg" | "sqrt" | "ceil" | "floor" | "trunc" | "nearest"): Emit {
  return ({ m, result }, [a]) =>
    result.elementType === f64 ? m.f64x2[name](a!()) : m.f32x4[name](a!());
}

const predicates = {
  eq: ["eq", true],
  ne: ["ne", true],
  slt: ["lt", true],
  sle: ["le", true],
  sgt: ["gt", true],
  sge: ["ge", true],
  ult: ["lt", false],
  ule: ["le", false],
  ugt: ["gt", false],
  uge: ["ge", false],
} as const;

const compareIntegers: Emit = ({ m, op, types }, [a, b]) => {
  const t = types[0] as VectorType;
  const kind = containerKind(t.shape[0]!);
  const [name, signed] = predicates[arith.CmpIPredicate.nameOf((op as arith.CmpI).predicate)];
  const see = (x: Arg): Expr => (signed ? x() : zeroExtended(m, t, x()));
  if (name === "eq" || name === "ne") return m[kind][name](a!(), b!());
  if (signed) return m[kind][`${name}_s`](see(a!), see(b!));
  if (kind !== "i64x2") return m[kind][`${name}_u`](see(a!), see(b!));
  // With the sign bit flipped the unsigned order is the signed one.
  const flip = (e: Expr): Expr => m.v128.xor(e, m.v128.const(splatBytes(2, [1n << 63n])));
  return m.i64x2[`${name}_s`](flip(see(a!)), flip(see(b!)));
};

/** Masks of two lanes from comparisons of the low two f32. */
function widenMask(m: binaryen.Module, from: VectorType, e: Expr): Expr {
  return from.elementType === f32 && from.shape[0] === 2 ? m.i64x2.extend_low_i32x4_s(e) : e;
}

const compareFloats: Emit = ({ m, op, types }, [a, b]) => {
  const t = types[0] as VectorType;
  const ns = t.elementType === f64 ? m.f64x2 : m.f32x4;
  const name = arith.CmpFPredicate.nameOf((op as arith.CmpF).predicate);
  const unordered = (): Expr => m.v128.or(ns.ne(a!(), a!()), ns.ne(b!(), b!()));
  const unequal = (): Expr => m.v128.or(ns.lt(a!(), b!()), ns.gt(a!(), b!()));
  const build = (): Expr => {
    switch (name) {
      case "false":
        return m.v128.const(new Array<number>(16).fill(0));
      case "true":
        return m.v128.const(new Array<number>(16).fill(255));
      case "oeq":
        return ns.eq(a!(), b!());
      case "ogt":
        return ns.gt(a!(), b!());
      case "oge":
        return ns.ge(a!(), b!());
      case "olt":
        return ns.lt(a!(), b!());
      case "ole":
        return ns.le(a!(), b!());
      case "one":
        return unequal();
      case "ord":
        return m.v128.not(unordered());
      case "ueq":
        return m.v128.not(unequal());
      case "ugt":
        return m.v128.not(ns.le(a!(), b!()));
      case "uge":
        return m.v128.not(ns.lt(a!(), b!()));
      case "ult":
        return m.v128.not(ns.ge(a!(), b!()));
      case "ule":
        return m.v128.not(ns.gt(a!(), b!()));
      case "une":
        return ns.ne(a!(), b!());
      case "uno":
        return unordered();
    }
  };
  return widenMask(m, t, build());
};

const select: Emit = ({ m, types, result }, [c, a, b]) => {
  if (!(types[0] instanceof VectorType)) return m.select(c!(), a!(), b!());
  if (result.elementType === f32 && result.shape[0] === 2) {
    // The mask's containers are twice as wide as the elements in the low half.
    const zero = (): Expr => m.v128.const(new Array<number>(16).fill(0));
    const low = m.i8x16.shuffle(
      c!(),
      zero(),
      [0, 1, 2, 3, 8, 9, 10, 11, 16, 16, 16, 16, 16, 16, 16, 16],
    );
    return m.v128.bitselect(a!(), b!(), low);
  }
  return m.v128.bitselect(a!(), b!(), c!());
};

const extendUnsigned: Emit = ({ m, types }, [a]) => zeroExtended(m, types[0] as VectorType, a!());
const keep: Emit = (_, [a]) => a!();
const truncate: Emit = ({ m, result }, [a]) => {
  if (result.elementType !== i1) return wrapLanes(m, result, a!());
  // The lowest bit decides: 0 or −1.
  const kind = containerKind(result.shape[0]!);
  const bit = m.v128.and(a!(), m.v128.const(splatBytes(result.shape[0]!, [1n])));
  return m[kind].neg(bit);
};

function fromInteger(signed: boolean): Emit {
  return ({ m, types, result }, [a]) => {
    const from = types[0] as VectorType;
    const value = (): Expr => (signed ? a!() : zeroExtended(m, from, a!()));
    if (result.elementType === f32 && result.shape[0] === 4) {
      const whole = !signed && integerBits(from.elementType) === 32;
      return whole ? m.f32x4.convert_i32x4_u(value()) : m.f32x4.convert_i32x4_s(value());
    }
    if (result.elementType === f64 && integerBits(from.elementType) <= 32) {
      // The low halves of the 64-bit containers hold the value.
      const low = m.i8x16.shuffle(value(), value(), lowHalves);
      const whole = !signed && integerBits(from.elementType) === 32;
      return whole ? m.f64x2.convert_low_i32x4_u(low) : m.f64x2.convert_low_i32x4_s(low);
    }
    return undefined;
  };
}

const lowHalves = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];

function toInteger(signed: boolean): Emit {
  return ({ m, types, result }, [a]) => {
    const from = types[0] as VectorType;
    const bits = integerBits(result.elementType);
    if (from.elementType !== f32 || from.shape[0] !== 4 || bits > 32) return undefined;
    if (bits === 32) {
      return signed ? m.i32x4.trunc_sat_f32x4_s(a!()) : m.i32x4.trunc_sat_f32x4_u(a!());
    }
    const limit = (n: bigint): Expr => m.v128.const(splatBytes(4, [n]));
    const max = signed ? (1n << BigInt(bits - 1)) - 1n : (1n << BigInt(bits)) - 1n;
    const min = signed ? -(1n << BigInt(bits - 1)) : 0n;
    const full = m.i32x4.trunc_sat_f32x4_s(a!());
    const bounded = m.i32x4.max_s(m.i32x4.min_s(full, limit(max)), limit(min));
    return wrapLanes(m, result, bounded);
  };
}

function shift(name: "shl" | "shr_s" | "shr_u"): Emit {
  // The count of SIMD shifts is one for all lanes: only constant splats qualify.
  return (cx, [a]) => {
    const { m, op, result } = cx;
    const count = splatCount(op.operand(1));
    const kind = containerKind(result.shape[0]!);
    if (count === undefined || kind === "i8x16" || result.elementType === i1) return undefined;
    const x = name === "shr_u" ? zeroExtended(m, result, a!()) : a!();
    return wrapLanes(m, result, m[kind][name](x, m.i32.const(count)));
  };
}

function splatCount(v: { readonly definingOp: unknown }): number | undefined {
  const def = v.definingOp;
  if (!(def instanceof arith.ConstantOp)) return undefined;
  const m = /^dense<(\d+)>/.exec(def.value.toString());
  return m === null ? undefined : Number(m[1]);
}

const table = new Map<OpDefinition, Emit>();
const on = (ref: OpRef, emit: Emit): void => void table.set(ref.definition, emit);

on(arith.AddI, integer("add"));
on(arith.SubI, integer("sub"));
on(arith.MulI, multiply);
on(arith.AndI, bitwise("and"));
on(arith.OrI, bitwise("or"));
on(arith.XOrI, bitwise("xor"));
on(arith.ShLI, shift("shl"));
on(arith.ShRSI, shift("shr_s"));
on(arith.ShRUI, shift("shr_u"));
on(arith.MinSI, minMax("min", true));
on(arith.MaxSI, minMax("max", true));
on(arith.MinUI, minMax("min", false));
on(arith.MaxUI, minMax("max", false));
on(arith.AddF, float("add"));
on(arith.SubF, float("sub"));
on(arith.MulF, float("mul"));
on(arith.DivF, float("div"));
on(arith.MinimumF, float("min"));
on(arith.MaximumF, float("max"));
on(arith.NegF, floatUnary("neg"));
on(math.AbsF, floatUnary("abs"));
on(math.Sqrt, floatUnary("sqrt"));
on(math.Ceil, floatUnary("ceil"));
on(math.Floor, floatUnary("floor"));
on(math.Trunc, floatUnary("trunc"));
on(math.RoundEven, floatUnary("nearest"));
on(math.AbsI, ({ m, result }, [a]) =>
  wrapLanes(m, result, m[containerKind(result.shape[0]!)].abs(a!())),
);
on(arith.CmpI, compareIntegers);
on(arith.CmpF, compareFloats);
on(arith.SelectOp, select);
on(arith.ExtSI, keep);
on(arith.ExtUI, extendUnsigned);
on(arith.TruncI, truncate);
on(arith.IndexCast, ({ m, result }, [a]) =>
  isInteger(result.elementType) ? wrapLanes(m, result, a!()) : undefined,
);
on(arith.SIToFP, fromInteger(true));
on(arith.UIToFP, fromInteger(false));
on(arith.FPToSI, toInteger(true));
on(arith.FPToUI, toInteger(false));
on(arith.ExtF, ({ m }, [a]) => m.f64x2.promote_low_f32x4(a!()));
on(arith.TruncF, ({ m }, [a]) => m.f32x4.demote_f64x2_zero(a!()));

/** One lane of a vector as a scalar of its element type. */
export function extractLane(m: binaryen.Module, t: VectorType, e: Expr, lane: number): Expr {
  const kind = laneKind(t);
  const scalar = ((): Expr => {
    switch (kind) {
      case "i8x16":
        return m.i8x16.extract_lane_s(e, lane);
      case "i16x8":
        return m.i16x8.extract_lane_s(e, lane);
      default:
        return m[kind].extract_lane(e, lane);
    }
  })();
  if (t.elementType instanceof FloatType) return scalar;
  const narrow = kind === "i64x2" && integerBits(t.elementType) <= 32 ? m.i32.wrap(scalar) : scalar;
  return t.elementType === i1 ? m.i32.and(narrow, m.i32.const(1)) : narrow;
}

/** A scalar of an element type as it stands in a container. */
export function toContainer(m: binaryen.Module, t: VectorType, e: Expr): Expr {
  if (t.elementType instanceof FloatType) return e;
  const value = t.elementType === i1 ? m.i32.sub(m.i32.const(0), e) : e;
  const wide = laneKind(t) === "i64x2" && integerBits(t.elementType) <= 32;
  return wide ? m.i64.extend_s(value) : value;
}

/** A vector with one lane replaced by a scalar of the element type. */
export function replaceLane(
  m: binaryen.Module,
  t: VectorType,
  e: Expr,
  lane: number,
  s: Expr,
): Expr {
  return m[laneKind(t)].replace_lane(e, lane, toContainer(m, t, s));
}

/** A vector of equal elements. */
export function splat(m: binaryen.Module, t: VectorType, s: Expr): Expr {
  return m[laneKind(t)].splat(toContainer(m, t, s));
}

/** The expression of a vector operation; undefined when even its scalar form is unknown. */
export function tryEmitVector(cx: VectorContext, args: readonly Arg[]): Expr | undefined {
  const direct = table.get(cx.op.definition)?.(cx, args);
  if (direct !== undefined) return direct;
  const { m, result, types } = cx;
  let out = m.v128.const(new Array<number>(16).fill(0));
  const scalarTypes = types.map((t) => (t instanceof VectorType ? t.elementType : t));
  for (let lane = 0; lane < result.shape[0]!; lane++) {
    const scalars = args.map((a, i) => {
      const t = types[i]!;
      return t instanceof VectorType ? (): Expr => extractLane(m, t, a(), lane) : a;
    });
    const one = tryEmitScalar({ ...cx, types: scalarTypes, result: result.elementType }, scalars);
    if (one === undefined) return undefined;
    out = replaceLane(m, result, out, lane, one);
  }
  return out;
}
