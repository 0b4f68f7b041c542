/**
 * Scalar operations as WebAssembly expressions. Integers narrower than 32 bits are wrapped again
 * after every operation that may leave their range; what is undefined in the IR (division by zero,
 * shifts by the width or more) gives some value and never traps.
 */
import * as arith from "@strata/arith";
import {
  bf16,
  f16,
  f32,
  f64,
  i1,
  IndexType,
  IntegerType,
  type OpDefinition,
  type Operation,
  type OpRef,
  type Type,
} from "@strata/ir";
import * as math from "@strata/math";
import type binaryen from "binaryen";
import { integerBits, isNarrowFloat, refuse, scalarKind, type WasmKind } from "./lanes.ts";

export type Expr = number;

/** Makes an operand's expression; call it once for each place it is needed. */
export type Arg = () => Expr;

/** Calls a function of the host by name; parameters and result are f64. */
export type HostCall = (name: string, args: readonly Expr[]) => Expr;

/** What emitting one scalar operation needs. */
export interface ScalarContext {
  readonly m: binaryen.Module;
  readonly hostCall: HostCall;
  readonly op: Operation;
  /** Types of operands and of the result. */
  readonly types: readonly Type[];
  readonly result: Type;
}

type Emit = (cx: ScalarContext, args: readonly Arg[]) => Expr;

const is64 = (t: Type): boolean => t instanceof IntegerType && t.width === 64;

/** Wraps an i32 to the range of an integer type. */
export function wrap(m: binaryen.Module, t: Type, e: Expr): Expr {
  if (is64(t) || t instanceof IndexType) return e;
  const bits = integerBits(t);
  if (bits === 32) return e;
  if (bits === 1) return m.i32.and(e, m.i32.const(1));
  const shift = (): Expr => m.i32.const(32 - bits);
  return m.i32.shr_s(m.i32.shl(e, shift()), shift());
}

/** The unsigned value of a sign-extended integer. */
export function zeroExtended(m: binaryen.Module, t: Type, e: Expr): Expr {
  if (is64(t) || t instanceof IndexType) return e;
  const bits = integerBits(t);
  return bits >= 32 || bits === 1 ? e : m.i32.and(e, m.i32.const(2 ** bits - 1));
}

/** Rounds an f32 to a 16-bit format. */
export function roundNarrow(cx: Pick<ScalarContext, "m" | "hostCall">, t: Type, e: Expr): Expr {
  if (!isNarrowFloat(t)) return e;
  const name = t === f16 ? "roundF16" : "roundBF16";
  return cx.m.f32.demote(cx.hostCall(name, [cx.m.f64.promote(e)]));
}

type IntName =
  | "add"
  | "sub"
  | "mul"
  | "and"
  | "or"
  | "xor"
  | "shl"
  | "shr_s"
  | "shr_u"
  | "div_s"
  | "div_u"
  | "rem_s"
  | "rem_u";

function integer(name: IntName, options: { unsigned?: boolean; wraps?: boolean } = {}): Emit {
  return ({ m, result }, [a, b]) => {
    const ns = is64(result) ? m.i64 : m.i32;
    const x = options.unsigned ? zeroExtended(m, result, a!()) : a!();
    const y = options.unsigned ? zeroExtended(m, result, b!()) : b!();
    const e = ns[name](x, y);
    return options.wraps === false ? e : wrap(m, result, e);
  };
}

/** A division that gives 0 for a divisor of 0 and wraps on overflow. */
function division(name: "div_s" | "div_u" | "rem_s" | "rem_u"): Emit {
  return ({ m, result }, [a, b]) => {
    const wide = is64(result);
    const ns = wide ? m.i64 : m.i32;
    const zero = (): Expr => (wide ? m.i64.const(0n) : m.i32.const(0));
    const one = (): Expr => (wide ? m.i64.const(1n) : m.i32.const(1));
    const minusOne = (): Expr => (wide ? m.i64.const(-1n) : m.i32.const(-1));
    const unsigned = name.endsWith("_u");
    const load = (x: Arg): Expr => (unsigned ? zeroExtended(m, result, x()) : x());
    const divisor = m.select(ns.eq(load(b!), zero()), one(), load(b!));
    if (unsigned) return wrap(m, result, ns[name](load(a!), divisor));
    // x / −1 is −x, which wraps where the division would trap.
    const isMinusOne = ns.eq(b!(), minusOne());
    const safe = m.select(ns.eq(b!(), minusOne()), one(), divisor);
    const quotient = ns[name](a!(), safe);
    const special = name === "div_s" ? ns.sub(zero(), a!()) : zero();
    return wrap(m, result, m.select(isMinusOne, special, quotient));
  };
}

function float(name: "add" | "sub" | "mul" | "div" | "min" | "max"): Emit {
  return (cx, [a, b]) => {
    const ns = cx.result === f64 ? cx.m.f64 : cx.m.f32;
    return roundNarrow(cx, cx.result, ns[name](a!(), b!()));
  };
}

function floatUnary(name: "abs" | "neg" | "sqrt" | "ceil" | "floor" | "trunc" | "nearest"): Emit {
  return (cx, [a]) => {
    const ns = cx.result === f64 ? cx.m.f64 : cx.m.f32;
    return roundNarrow(cx, cx.result, ns[name](a!()));
  };
}

/** A function of the host on doubles, its result rounded to the type. */
function host(name: string): Emit {
  return (cx, args) => {
    const { m, result, types } = cx;
    const wide = args.map((a, i) => {
      const t = types[i]!;
      if (t === f64) return a();
      if (t instanceof IntegerType)
        return is64(t) ? m.f64.convert_s.i64(a()) : m.f64.convert_s.i32(a());
      return m.f64.promote(a());
    });
    const e = cx.hostCall(name, wide);
    if (result === f64) return e;
    if (isNarrowFloat(result)) {
      const round = result === f16 ? "roundF16" : "roundBF16";
      return m.f32.demote(cx.hostCall(round, [e]));
    }
    return m.f32.demote(e);
  };
}

function select(m: binaryen.Module, condition: Expr, a: Expr, b: Expr): Expr {
  return m.select(condition, a, b);
}

function minMax(signed: boolean, less: boolean): Emit {
  return ({ m, result }, [a, b]) => {
    const ns = is64(result) ? m.i64 : m.i32;
    const see = (x: Arg): Expr => (signed ? x() : zeroExtended(m, result, x()));
    const compare = less ? (signed ? ns.lt_s : ns.lt_u) : signed ? ns.gt_s : ns.gt_u;
    return select(m, compare(see(a!), see(b!)), a!(), b!());
  };
}

/** The number where the other operand is NaN. */
function numberMinMax(name: "min" | "max"): Emit {
  return ({ m, result }, [a, b]) => {
    const ns = result === f64 ? m.f64 : m.f32;
    const bIfNumber = select(m, ns.eq(b!(), b!()), ns[name](a!(), b!()), a!());
    return select(m, ns.eq(a!(), a!()), bIfNumber, b!());
  };
}

const integerPredicates = {
  eq: ["eq", true],
  ne: ["ne", true],
  slt: ["lt_s", true],
  sle: ["le_s", true],
  sgt: ["gt_s", true],
  sge: ["ge_s", true],
  ult: ["lt_u", false],
  ule: ["le_u", false],
  ugt: ["gt_u", false],
  uge: ["ge_u", false],
} as const;

const compareIntegers: Emit = ({ m, op, types }, [a, b]) => {
  const t = types[0]!;
  const name = arith.CmpIPredicate.nameOf((op as arith.CmpI).predicate);
  const [fn, signed] = integerPredicates[name];
  const ns = is64(t) ? m.i64 : m.i32;
  // A single bit stands for −1 when it is signed.
  const see = (x: Arg): Expr =>
    t === i1 && signed ? m.i32.sub(m.i32.const(0), x()) : signed ? x() : zeroExtended(m, t, x());
  return ns[fn](see(a!), see(b!));
};

const compareFloats: Emit = ({ m, op, types }, [a, b]) => {
  const ns = types[0] === f64 ? m.f64 : m.f32;
  const name = arith.CmpFPredicate.nameOf((op as arith.CmpF).predicate);
  const not = (e: Expr): Expr => m.i32.eqz(e);
  const unordered = (): Expr => m.i32.or(ns.ne(a!(), a!()), ns.ne(b!(), b!()));
  switch (name) {
    case "false":
      return m.i32.const(0);
    case "true":
      return m.i32.const(1);
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
      return m.i32.or(ns.lt(a!(), b!()), ns.gt(a!(), b!()));
    case "ord":
      return not(unordered());
    case "ueq":
      return not(m.i32.or(ns.lt(a!(), b!()), ns.gt(a!(), b!())));
    case "ugt":
      return not(ns.le(a!(), b!()));
    case "uge":
      return not(ns.lt(a!(), b!()));
    case "ult":
      return not(ns.ge(a!(), b!()));
    case "ule":
      return not(ns.gt(a!(), b!()));
    case "une":
      return ns.ne(a!(), b!());
    case "uno":
      return unordered();
  }
};

/** An integer as another integer type, sign- or zero-extended. */
function extend(signed: boolean): Emit {
  return ({ m, types, result }, [a]) => {
    const from = types[0]!;
    const value = !signed
      ? zeroExtended(m, from, a!())
      : from === i1
        ? m.i32.sub(m.i32.const(0), a!())
        : a!();
    if (is64(from)) return value;
    if (is64(result)) return signed ? m.i64.extend_s(value) : m.i64.extend_u(value);
    return value;
  };
}

const truncate: Emit = ({ m, types, result }, [a]) => {
  const e = is64(types[0]!) ? m.i32.wrap(a!()) : a!();
  return is64(result) ? e : wrap(m, result, e);
};

function indexCast(signed: boolean): Emit {
  return ({ m, types, result }, [a]) => {
    const [from, to] = [types[0]!, result];
    if (from instanceof IndexType) {
      if (is64(to)) return signed ? m.i64.extend_s(a!()) : m.i64.extend_u(a!());
      return wrap(m, to, a!());
    }
    if (is64(from)) return m.i32.wrap(a!());
    if (from === i1 && signed) return m.i32.sub(m.i32.const(0), a!());
    return signed ? a!() : zeroExtended(m, from, a!());
  };
}

function fromInteger(signed: boolean): Emit {
  return (cx, [a]) => {
    const { m, types, result } = cx;
    const from = types[0]!;
    const x = !signed
      ? zeroExtended(m, from, a!())
      : from === i1
        ? m.i32.sub(m.i32.const(0), a!())
        : a!();
    const ns = result === f64 ? m.f64 : m.f32;
    const way = signed ? ns.convert_s : ns.convert_u;
    if (!isNarrowFloat(result)) return is64(from) ? way.i64(x) : way.i32(x);
    const wide = signed ? m.f64.convert_s : m.f64.convert_u;
    const d = is64(from) ? wide.i64(x) : wide.i32(x);
    return m.f32.demote(cx.hostCall(result === f16 ? "roundF16" : "roundBF16", [d]));
  };
}

/** Saturating; NaN gives 0. */
function toInteger(signed: boolean): Emit {
  return ({ m, types, result }, [a]) => {
    const wide = types[0] === f64;
    if (is64(result)) {
      const ns = signed ? m.i64.trunc_s_sat : m.i64.trunc_u_sat;
      return wide ? ns.f64(a!()) : ns.f32(a!());
    }
    const bits = integerBits(result);
    const ns = signed ? m.i32.trunc_s_sat : m.i32.trunc_u_sat;
    const full = (): Expr => (wide ? ns.f64(a!()) : ns.f32(a!()));
    if (bits === 32) return full();
    const max = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
    const min = signed ? -(2 ** (bits - 1)) : 0;
    const [lt, gt] = signed ? [m.i32.lt_s, m.i32.gt_s] : [m.i32.lt_u, m.i32.gt_u];
    const low = (): Expr => select(m, lt(full(), m.i32.const(min)), m.i32.const(min), full());
    return wrap(m, result, select(m, gt(low(), m.i32.const(max)), m.i32.const(max), low()));
  };
}

const bitcast: Emit = (cx, [a]) => {
  const { m, types, result, op } = cx;
  const from = types[0]!;
  const key = (t: Type): WasmKind | undefined => scalarKind(t);
  if (from === result) return a!();
  if (isNarrowFloat(from) || isNarrowFloat(result)) {
    if (from instanceof IntegerType && from.width === 16) {
      const bits = m.f64.convert_u.i32(zeroExtended(m, from, a!()));
      return m.f32.demote(cx.hostCall(result === f16 ? "f16FromBits" : "bf16FromBits", [bits]));
    }
    if (result instanceof IntegerType && result.width === 16) {
      const bits = cx.hostCall(from === f16 ? "f16ToBits" : "bf16ToBits", [m.f64.promote(a!())]);
      return wrap(m, result, m.i32.trunc_u_sat.f64(bits));
    }
    return refuse(op, "this bitcast");
  }
  switch (`${key(from)}>${key(result)}`) {
    case "i32>f32":
      return m.f32.reinterpret(a!());
    case "f32>i32":
      return m.i32.reinterpret(a!());
    case "i64>f64":
      return m.f64.reinterpret(a!());
    case "f64>i64":
      return m.i64.reinterpret(a!());
    default:
      return a!();
  }
};

/** Leading or trailing zeros, or ones, within the type's width. */
function bitCount(name: "clz" | "ctz" | "popcnt"): Emit {
  return ({ m, result }, [a]) => {
    if (is64(result)) return m.i64[name](a!());
    const bits = integerBits(result);
    const x = zeroExtended(m, result, a!());
    if (name === "popcnt") return m.i32.popcnt(x);
    if (name === "clz") return m.i32.sub(m.i32.clz(x), m.i32.const(32 - bits));
    const guarded = bits === 32 ? x : m.i32.or(x, m.i32.const(2 ** bits));
    return m.i32.ctz(guarded);
  };
}

const absolute: Emit = ({ m, result }, [a]) => {
  const wide = is64(result);
  const ns = wide ? m.i64 : m.i32;
  const zero = (): Expr => (wide ? m.i64.const(0n) : m.i32.const(0));
  return wrap(m, result, select(m, ns.lt_s(a!(), zero()), ns.sub(zero(), a!()), a!()));
};

const copySign: Emit = ({ m, result }, [a, b]) =>
  result === f64 ? m.f64.copysign(a!(), b!()) : m.f32.copysign(a!(), b!());

/** Floor and ceiling division, from the truncated one and the remainder's sign. */
function roundedDivision(up: boolean, signed: boolean): Emit {
  const quotient = division(signed ? "div_s" : "div_u");
  const remainder = division(signed ? "rem_s" : "rem_u");
  return (cx, args) => {
    const { m, result } = cx;
    const ns = is64(result) ? m.i64 : m.i32;
    const constant = (n: number): Expr => (is64(result) ? m.i64.const(BigInt(n)) : m.i32.const(n));
    const rest = (): Expr => remainder(cx, args);
    const inexact = ns.ne(rest(), constant(0));
    const negative = signed ? ns.lt_s(ns.xor(rest(), args[1]!()), constant(0)) : m.i32.const(0);
    const adjust = up ? m.i32.eqz(negative) : negative;
    const step = select(m, m.i32.and(inexact, adjust), constant(up ? 1 : -1), constant(0));
    return wrap(m, result, ns.add(quotient(cx, args), step));
  };
}

const table = new Map<OpDefinition, Emit>();
const on = (ref: OpRef, emit: Emit): void => void table.set(ref.definition, emit);

on(arith.AddI, integer("add"));
on(arith.SubI, integer("sub"));
on(arith.MulI, integer("mul"));
on(arith.AndI, integer("and", { wraps: false }));
on(arith.OrI, integer("or", { wraps: false }));
on(arith.XOrI, integer("xor", { wraps: false }));
on(arith.ShLI, integer("shl"));
on(arith.ShRSI, integer("shr_s"));
on(arith.ShRUI, integer("shr_u", { unsigned: true }));
on(arith.DivSI, division("div_s"));
on(arith.DivUI, division("div_u"));
on(arith.RemSI, division("rem_s"));
on(arith.RemUI, division("rem_u"));
on(arith.FloorDivSI, roundedDivision(false, true));
on(arith.CeilDivSI, roundedDivision(true, true));
on(arith.CeilDivUI, roundedDivision(true, false));
on(arith.MaxSI, minMax(true, false));
on(arith.MinSI, minMax(true, true));
on(arith.MaxUI, minMax(false, false));
on(arith.MinUI, minMax(false, true));
on(arith.AddF, float("add"));
on(arith.SubF, float("sub"));
on(arith.MulF, float("mul"));
on(arith.DivF, float("div"));
on(arith.MinimumF, float("min"));
on(arith.MaximumF, float("max"));
on(arith.MinNumF, numberMinMax("min"));
on(arith.MaxNumF, numberMinMax("max"));
on(arith.RemF, host("remf"));
on(math.Fma, (cx, args) => host(`fma.${cx.result.toString()}`)(cx, args));
on(arith.NegF, floatUnary("neg"));
on(arith.CmpI, compareIntegers);
on(arith.CmpF, compareFloats);
on(arith.SelectOp, ({ m }, [c, a, b]) => select(m, c!(), a!(), b!()));
on(arith.ExtSI, extend(true));
on(arith.ExtUI, extend(false));
on(arith.TruncI, truncate);
on(arith.ExtF, ({ m, types, result }, [a]) =>
  result === f64 && types[0] !== f64 ? m.f64.promote(a!()) : a!(),
);
on(arith.TruncF, (cx, [a]) => {
  const { m, types, result } = cx;
  if (!isNarrowFloat(result)) return types[0] === f64 ? m.f32.demote(a!()) : a!();
  const wide = types[0] === f64 ? a!() : m.f64.promote(a!());
  return m.f32.demote(cx.hostCall(result === bf16 ? "roundBF16" : "roundF16", [wide]));
});
on(arith.SIToFP, fromInteger(true));
on(arith.UIToFP, fromInteger(false));
on(arith.FPToSI, toInteger(true));
on(arith.FPToUI, toInteger(false));
on(arith.IndexCast, indexCast(true));
on(arith.IndexCastUI, indexCast(false));
on(arith.BitcastOp, bitcast);
on(math.AbsF, floatUnary("abs"));
on(math.Ceil, floatUnary("ceil"));
on(math.Floor, floatUnary("floor"));
on(math.Sqrt, floatUnary("sqrt"));
on(math.Trunc, floatUnary("trunc"));
on(math.RoundEven, floatUnary("nearest"));
on(math.CopySign, copySign);
on(math.AbsI, absolute);
on(math.Ctlz, bitCount("clz"));
on(math.Cttz, bitCount("ctz"));
on(math.CtPop, bitCount("popcnt"));
on(math.IsNaN, ({ m, types }, [a]) => (types[0] === f64 ? m.f64 : m.f32).ne(a!(), a!()));
on(math.IsFinite, ({ m, types }, [a]) => {
  const ns = types[0] === f64 ? m.f64 : m.f32;
  return ns.lt(ns.abs(a!()), ns.const(Number.POSITIVE_INFINITY));
});
on(math.IsInf, ({ m, types }, [a]) => {
  const ns = types[0] === f64 ? m.f64 : m.f32;
  return ns.eq(ns.abs(a!()), ns.const(Number.POSITIVE_INFINITY));
});
for (const ref of [
  math.ACos,
  math.ACosH,
  math.ASin,
  math.ASinH,
  math.ATan,
  math.ATanH,
  math.Atan2,
  math.Cbrt,
  math.Cos,
  math.CosH,
  math.Erf,
  math.ErfC,
  math.Exp,
  math.Exp2,
  math.ExpM1,
  math.FPowI,
  math.Log,
  math.Log10,
  math.Log1p,
  math.Log2,
  math.PowF,
  math.Round,
  math.Rsqrt,
  math.Sin,
  math.SinH,
  math.Tan,
  math.TanH,
]) {
  on(ref, host(ref.definition.name.slice("math.".length)));
}

/** The expression of a scalar operation; undefined when the target has none. */
export function tryEmitScalar(cx: ScalarContext, args: readonly Arg[]): Expr | undefined {
  return table.get(cx.op.definition)?.(cx, args);
}

/** A constant of a scalar type. */
export function constantExpr(m: binaryen.Module, t: Type, value: bigint | number): Expr {
  if (t === f32 || isNarrowFloat(t)) return m.f32.const(Number(value));
  if (t === f64) return m.f64.const(Number(value));
  return is64(t)
    ? m.i64.const(BigInt(value))
    : m.i32.const(Number(BigInt.asIntN(32, BigInt(value))));
}
