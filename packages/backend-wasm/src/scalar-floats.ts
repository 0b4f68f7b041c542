/**
 * Floating-point operations on scalars.
 *
 * Invariants: f16 and bf16 are computed in f32 and rounded after every operation, which equals one
 * rounding as f32 has more than twice their precision; functions that WebAssembly lacks are the
 * host's, on doubles, as the interpreter computes them.
 */
import * as arith from "@strata/arith";
import { bf16, f16, f32, f64, FloatType, i1, IntegerType, type OpRef, type Type } from "@strata/ir";
import * as math from "@strata/math";
import * as vector from "@strata/vector";
import type { Arg, Emission, Expr, ScalarContext } from "./emission.ts";
import { integerBits, isNarrowFloat, refuse, scalarKind } from "./lanes.ts";
import {
  integerConstant,
  is64,
  type ScalarEmit,
  signExtended,
  wrap,
  zeroExtended,
} from "./scalar-integers.ts";

const one = (e: Expr): Expr[] => [e];

/** Rounds an f32 to a 16-bit format; other types are kept. */
export function roundNarrow(em: Emission, t: Type, e: Expr): Expr {
  if (t === f16) return em.helper("f16_round", [e]);
  return t === bf16 ? em.helper("bf16_round", [e]) : e;
}

/** A double rounded once to a float type. */
function fromDouble({ em, m }: ScalarContext, t: Type, e: Expr): Expr {
  if (t === f64) return e;
  if (t === f32) return m.f32.demote(e);
  return m.f32.demote(em.hostCall(t === f16 ? "roundF16" : "roundBF16", [e]));
}

const toDouble = (m: ScalarContext["m"], t: Type, e: Expr): Expr =>
  t === f64 ? e : m.f64.promote(e);

function binary(name: "add" | "sub" | "mul" | "div"): ScalarEmit {
  return ({ em, m, results: [t] }, [a, b]) =>
    one(roundNarrow(em, t!, (t === f64 ? m.f64 : m.f32)[name](a!(), b!())));
}

/** Operations whose result is as narrow as the operands. */
function exactBinary(name: "min" | "max"): ScalarEmit {
  return ({ m, results: [t] }, [a, b]) => one((t === f64 ? m.f64 : m.f32)[name](a!(), b!()));
}

function exactUnary(name: "abs" | "neg" | "ceil" | "floor" | "trunc" | "nearest"): ScalarEmit {
  return ({ m, results: [t] }, [a]) => one((t === f64 ? m.f64 : m.f32)[name](a!()));
}

const squareRoot: ScalarEmit = ({ em, m, results: [t] }, [a]) =>
  one(roundNarrow(em, t!, (t === f64 ? m.f64 : m.f32).sqrt(a!())));

/** The reciprocal is that of the square root in doubles, rounded once. */
const reciprocalRoot: ScalarEmit = (cx, [a]) => {
  const { m, results } = cx;
  const t = results[0]!;
  return one(fromDouble(cx, t, m.f64.div(m.f64.const(1), m.f64.sqrt(toDouble(m, t, a!())))));
};

/** NaN has no sign of its own: it counts as positive. */
const copySign: ScalarEmit = ({ m, results: [t] }, [a, b]) => {
  const ns = t === f64 ? m.f64 : m.f32;
  return one(ns.copysign(a!(), m.select(ns.eq(b!(), b!()), b!(), ns.const(0))));
};

/** Halves away from zero: the distance to the integral part is exact. */
const roundAway: ScalarEmit = ({ em, m, results: [t] }, [a]) => {
  const ns = t === f64 ? m.f64 : m.f32;
  const whole = em.hold(t === f64 ? "f64" : "f32", ns.trunc(a!()));
  const distance = ns.abs(ns.sub(a!(), whole()));
  const away = ns.add(whole(), ns.copysign(ns.const(1), a!()));
  return one(m.select(ns.ge(distance, ns.const(0.5)), away, whole()));
};

/** The number where the other operand is NaN. */
function numberMinMax(name: "min" | "max"): ScalarEmit {
  return ({ m, results: [t] }, [a, b]) => {
    const ns = t === f64 ? m.f64 : m.f32;
    const bIfNumber = m.select(ns.eq(b!(), b!()), ns[name](a!(), b!()), a!());
    return one(m.select(ns.eq(a!(), a!()), bIfNumber, b!()));
  };
}

const clamp: ScalarEmit = ({ m, results: [t] }, [x, low, high]) => {
  const ns = t === f64 ? m.f64 : m.f32;
  return one(ns.min(ns.max(x!(), low!()), high!()));
};

/** A function of the host on doubles, its result rounded to the type. */
function host(name: string): ScalarEmit {
  return (cx, args) => {
    const { em, m, types, results } = cx;
    const wide = args.map((a, i) => {
      const t = types[i]!;
      if (t instanceof FloatType) return toDouble(m, t, a());
      return is64(t) ? m.f64.convert_s.i64(a()) : m.f64.convert_s.i32(signExtended(m, t, a()));
    });
    return one(fromDouble(cx, results[0]!, em.hostCall(name, wide)));
  };
}

const fused: ScalarEmit = (cx, args) => host(`fma.${cx.results[0]!.toString()}`)(cx, args);

const sineAndCosine: ScalarEmit = (cx, args) =>
  ["sin", "cos"].flatMap((name) => host(name)(cx, args));

const comparison: ScalarEmit = ({ m, op, types: [t] }, [a, b]) => {
  const ns = t === f64 ? m.f64 : m.f32;
  const not = (e: Expr): Expr => m.i32.eqz(e);
  const unordered = (): Expr => m.i32.or(ns.ne(a!(), a!()), ns.ne(b!(), b!()));
  const unequal = (): Expr => m.i32.or(ns.lt(a!(), b!()), ns.gt(a!(), b!()));
  const test = ((): Expr => {
    switch (arith.CmpFPredicate.nameOf((op as arith.CmpF).predicate)) {
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
        return unequal();
      case "ord":
        return not(unordered());
      case "ueq":
        return not(unequal());
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
  })();
  return one(test);
};

const infinity = Number.POSITIVE_INFINITY;

const isNaN: ScalarEmit = ({ m, types: [t] }, [a]) =>
  one((t === f64 ? m.f64 : m.f32).ne(a!(), a!()));

const isFinite: ScalarEmit = ({ m, types: [t] }, [a]) => {
  const ns = t === f64 ? m.f64 : m.f32;
  return one(ns.lt(ns.abs(a!()), ns.const(infinity)));
};

const isInfinite: ScalarEmit = ({ m, types: [t] }, [a]) => {
  const ns = t === f64 ? m.f64 : m.f32;
  return one(ns.eq(ns.abs(a!()), ns.const(infinity)));
};

const isNormal: ScalarEmit = ({ m, types: [t] }, [a]) => {
  const ns = t === f64 ? m.f64 : m.f32;
  const least = t === f64 ? 2 ** -1022 : t === f16 ? 2 ** -14 : 2 ** -126;
  const large = ns.ge(ns.abs(a!()), ns.const(least));
  return one(m.i32.and(large, ns.lt(ns.abs(a!()), ns.const(infinity))));
};

// --- conversions ---------------------------------------------------------------------------------

const widen: ScalarEmit = ({ m, types: [from], results: [to] }, [a]) =>
  one(to === f64 && from !== f64 ? m.f64.promote(a!()) : a!());

const narrow: ScalarEmit = (cx, [a]) => {
  const { em, op, types, results } = cx;
  const mode = op instanceof arith.TruncF ? op.roundingmode : undefined;
  if (mode !== undefined && arith.RoundingMode.nameOf(mode) !== "to_nearest_even") {
    return refuse(op, `rounding ${arith.RoundingMode.nameOf(mode)}`);
  }
  const to = results[0]!;
  return one(types[0] === f64 ? fromDouble(cx, to, a!()) : roundNarrow(em, to, a!()));
};

function fromInteger(signed: boolean): ScalarEmit {
  return (cx, [a]) => {
    const { em, m, types, results } = cx;
    const [from, to] = [types[0]!, results[0]!];
    const x = signed ? signExtended(m, from, a!()) : zeroExtended(m, from, a!());
    const ns = to === f64 ? m.f64 : m.f32;
    if (!isNarrowFloat(to)) {
      const way = signed ? ns.convert_s : ns.convert_u;
      return one(is64(from) ? way.i64(x) : way.i32(x));
    }
    const way = signed ? m.f64.convert_s : m.f64.convert_u;
    if (!is64(from)) return one(fromDouble(cx, to, way.i32(x)));
    return one(fromDouble(cx, to, way.i64(sticky(em, a!, signed))));
  };
}

/**
 * A 64-bit integer that rounds to 53 bits and again to fewer as it does to those at once: where
 * bits are lost, the last one that stays is set.
 */
function sticky(em: Emission, a: Arg, signed: boolean): Expr {
  const { m } = em;
  const magnitude = signed
    ? m.select(m.i64.lt_s(a(), m.i64.const(0n)), m.i64.sub(m.i64.const(0n), a()), a())
    : a();
  const isLarge = m.i64.gt_u(magnitude, m.i64.const(2n ** 53n));
  const low = m.i64.const(0x7ffn);
  const kept = m.i64.and(a(), m.i64.const(~0x7ffn));
  const lost = m.i64.extend_u(m.i64.ne(m.i64.and(a(), low), m.i64.const(0n)));
  return m.select(isLarge, m.i64.or(kept, m.i64.shl(lost, m.i64.const(11n))), a());
}

/** Saturating; NaN gives 0. */
function toInteger(signed: boolean): ScalarEmit {
  return ({ em, m, types, results: [t] }, [a]) => {
    const source = types[0] === f64 ? "f64" : "f32";
    if (is64(t!)) return one((signed ? m.i64.trunc_s_sat : m.i64.trunc_u_sat)[source](a!()));
    const bits = integerBits(t!);
    const full = (signed ? m.i32.trunc_s_sat : m.i32.trunc_u_sat)[source](a!());
    if (bits === 32) return one(full);
    const max = m.i32.const(signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1);
    const min = m.i32.const(signed ? -(2 ** (bits - 1)) : 0);
    const limit = (name: "lt" | "gt", x: Arg, bound: Expr): Expr =>
      m.select(m.i32[`${name}_${signed ? "s" : "u"}`](x(), m.copyExpression(bound)), x(), bound);
    const low = em.hold("i32", limit("lt", em.hold("i32", full), max));
    return one(wrap(m, t!, signed ? limit("gt", low, min) : low()));
  };
}

/** The bits of a float as an integer of an i32 or i64. */
function bitsOf(em: Emission, t: Type, a: Arg): Expr {
  const { m } = em;
  if (t === f16) return em.helper("f16_bits", [a()]);
  if (t === bf16) return em.helper("bf16_bits", [a()]);
  if (t === f32) return m.i32.reinterpret(a());
  return t === f64 ? m.i64.reinterpret(a()) : zeroExtended(m, t, a());
}

/** The value of a type with some bits. */
function valueOf(em: Emission, t: Type, bits: Expr): Expr {
  const { m } = em;
  if (t === f16) return em.helper("f16_value", [bits]);
  if (t === bf16) return m.f32.reinterpret(m.i32.shl(bits, m.i32.const(16)));
  if (t === f32) return m.f32.reinterpret(bits);
  if (t === f64) return m.f64.reinterpret(bits);
  return wrap(m, t, bits);
}

const bitcast: ScalarEmit = ({ em, op, types, results }, [a]) => {
  const [from, to] = [types[0]!, results[0]!];
  if (from === to) return one(a!());
  if (scalarKind(from) === undefined || scalarKind(to) === undefined) refuse(op, "this bitcast");
  return one(valueOf(em, to, bitsOf(em, from, a!)));
};

const select: ScalarEmit = ({ m }, [c, a, b]) => one(m.select(c!(), a!(), b!()));

/** A number of any scalar type. */
export function scalarConstant(m: ScalarContext["m"], t: Type, value: bigint | number): Expr {
  if (t === f64) return m.f64.const(Number(value));
  if (t instanceof FloatType) return m.f32.const(Number(value));
  return integerConstant(m, t, BigInt(value));
}

/** What a float or integer in memory is, by the instruction that reads it. */
export function loadScalar(em: Emission, t: Type, offset: number, pointer: Expr): Expr {
  const { m } = em;
  if (t === f64) return m.f64.load(offset, 8, pointer);
  if (t === f32) return m.f32.load(offset, 4, pointer);
  if (t instanceof FloatType) return valueOf(em, t, m.i32.load16_u(offset, 2, pointer));
  if (t === i1) return m.i32.load8_u(offset, 1, pointer);
  const bits = integerBits(t);
  if (bits === 8) return m.i32.load8_s(offset, 1, pointer);
  if (bits === 16) return m.i32.load16_s(offset, 2, pointer);
  return bits === 64 ? m.i64.load(offset, 8, pointer) : em.loadWord(offset, 4, pointer);
}

/** Writes an element. */
export function storeScalar(
  em: Emission,
  t: Type,
  offset: number,
  pointer: Expr,
  value: Arg,
): Expr {
  const { m } = em;
  if (t === f64) return m.f64.store(offset, 8, pointer, value());
  if (t === f32) return m.f32.store(offset, 4, pointer, value());
  if (t instanceof FloatType) return m.i32.store16(offset, 2, pointer, bitsOf(em, t, value));
  const bits = t instanceof IntegerType ? t.width : 32;
  if (bits <= 8) return m.i32.store8(offset, 1, pointer, value());
  if (bits === 16) return m.i32.store16(offset, 2, pointer, value());
  return bits === 64
    ? m.i64.store(offset, 8, pointer, value())
    : m.i32.store(offset, 4, pointer, value());
}

const hostFunctionsByOp = [
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
  math.Sin,
  math.SinH,
  math.Tan,
  math.TanH,
];

/** Emitters by operation. */
export const floatEmitters: readonly (readonly [OpRef, ScalarEmit])[] = [
  [arith.AddF, binary("add")],
  [arith.SubF, binary("sub")],
  [arith.MulF, binary("mul")],
  [arith.DivF, binary("div")],
  [arith.RemF, host("remf")],
  [arith.MinimumF, exactBinary("min")],
  [arith.MaximumF, exactBinary("max")],
  [arith.MinNumF, numberMinMax("min")],
  [arith.MaxNumF, numberMinMax("max")],
  [arith.NegF, exactUnary("neg")],
  [arith.CmpF, comparison],
  [arith.SelectOp, select],
  [arith.ExtF, widen],
  [arith.TruncF, narrow],
  [arith.SIToFP, fromInteger(true)],
  [arith.UIToFP, fromInteger(false)],
  [arith.FPToSI, toInteger(true)],
  [arith.FPToUI, toInteger(false)],
  [arith.BitcastOp, bitcast],
  [math.AbsF, exactUnary("abs")],
  [math.Ceil, exactUnary("ceil")],
  [math.Floor, exactUnary("floor")],
  [math.Trunc, exactUnary("trunc")],
  [math.RoundEven, exactUnary("nearest")],
  [math.Round, roundAway],
  [math.Sqrt, squareRoot],
  [math.Rsqrt, reciprocalRoot],
  [math.CopySign, copySign],
  [math.ClampF, clamp],
  [math.Fma, fused],
  [vector.FMA, fused],
  [math.SinCos, sineAndCosine],
  [math.IsNaN, isNaN],
  [math.IsFinite, isFinite],
  [math.IsInf, isInfinite],
  [math.IsNormal, isNormal],
  ...hostFunctionsByOp.map((ref): readonly [OpRef, ScalarEmit] => [
    ref,
    host(ref.definition.name.slice("math.".length)),
  ]),
];
