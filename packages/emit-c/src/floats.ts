/**
 * Floating-point operations as C.
 *
 * Invariants: f16 and bf16 are computed in f32 and rounded after every operation, which equals one
 * rounding, as f32 has more than twice their precision; products and sums are fused only where both
 * allow it (`contract`).
 */
import * as arith from "@strata/arith";
import {
  bf16,
  f16,
  f64,
  type FloatAttr,
  FloatType,
  i1,
  type Operation,
  type OpRef,
  type Type,
} from "@strata/ir";
import * as math from "@strata/math";
import { asSigned, asUnsigned, castTo, type ScalarContext, type ScalarEmit } from "./emission.ts";
import {
  atom,
  bitsOf,
  call,
  type CKind,
  conditional,
  type Expr,
  infix,
  isTrivial,
  prec,
  prefix,
} from "./expression.ts";
import * as helpers from "./helpers.ts";
import { isNarrowFloat, refuse } from "./types.ts";

type Cx = ScalarContext;
type FloatKind = "f32" | "f64";

/** Rounds an f32 or f64 expression to a narrow format; other types are kept. */
export function roundTo(cx: Cx, type: Type, e: Expr): Expr {
  if (!isNarrowFloat(type)) return e;
  const format = type === f16 ? "f16" : "bf16";
  const from = helpers.expectFloatKind(e.kind);
  return call(cx.use(helpers.roundNarrow(cx.flavour, format, from)), [e], "f32");
}

function kindOf(cx: Cx, i = 0): FloatKind {
  return helpers.expectFloatKind(cx.kinds[i]!);
}

function binary(symbol: "+" | "-" | "*"): ScalarEmit {
  const strength = symbol === "*" ? prec.multiplicative : prec.additive;
  return (cx, [a, b]) => roundTo(cx, cx.resultTypes[0]!, infix(a!, symbol, b!, strength, a!.kind));
}

const divide: ScalarEmit = (cx, [a, b]) => {
  const kind = kindOf(cx);
  const exact = cx.flavour.divide?.(kind);
  const quotient =
    exact === undefined
      ? infix(a!, "/", b!, prec.multiplicative, kind)
      : call(cx.use(exact), [a!, b!], kind);
  return roundTo(cx, cx.resultTypes[0]!, quotient);
};

/** A function of the language on floats of one kind. */
export function mathCall(cx: Cx, name: string, args: readonly Expr[], kind: FloatKind): Expr {
  const f = cx.flavour.math(name, kind);
  if (f === undefined) return refuse(cx.op, `${name} in ${cx.flavour.name}`);
  return call(f, args, kind);
}

/** The same for one lane of an operation of floats. */
export function mathCallOf(
  cx: Pick<Cx, "flavour">,
  op: Operation,
  name: string,
  args: readonly Expr[],
): Expr {
  const kind = helpers.expectFloatKind(args[0]!.kind);
  const f = cx.flavour.math(name, kind);
  return f === undefined ? refuse(op, `${name} in ${cx.flavour.name}`) : call(f, args, kind);
}

function named(name: string, exact = false): ScalarEmit {
  return (cx, args) => {
    const result = mathCall(cx, name, args, kindOf(cx));
    return exact ? result : roundTo(cx, cx.resultTypes[0]!, result);
  };
}

const squareRoot: ScalarEmit = (cx, [a]) => {
  const kind = kindOf(cx);
  const exact = cx.flavour.squareRoot?.(kind);
  const root =
    exact === undefined ? mathCall(cx, "sqrt", [a!], kind) : call(cx.use(exact), [a!], kind);
  return roundTo(cx, cx.resultTypes[0]!, root);
};

function extreme(name: "maximum" | "minimum"): ScalarEmit {
  return (cx, args) => {
    const kind = kindOf(cx);
    return call(cx.use(helpers.extreme(cx.flavour, name, kind)), args, kind);
  };
}

function extremeNumber(name: "maxnum" | "minnum"): ScalarEmit {
  return (cx, args) => {
    const kind = kindOf(cx);
    return call(cx.use(helpers.extremeNumber(cx.flavour, name, kind)), args, kind);
  };
}

const clamp: ScalarEmit = (cx, [x, low, high]) => {
  const bounded = extreme("maximum")(cx, [x!, low!]) as Expr;
  return extreme("minimum")(cx, [bounded, high!]);
};

const fused: ScalarEmit = (cx, args) => {
  const [type] = cx.resultTypes;
  if (!isNarrowFloat(type!)) return mathCall(cx, "fma", args, kindOf(cx));
  // In doubles the product of narrow floats is exact, and the sum is off by far less than an ulp.
  cx.need("fp64");
  const wide = args.map((a) => castTo(a, "f64", cx.flavour));
  return roundTo(cx, type!, mathCall(cx, "fma", wide, "f64"));
};

const compare: ScalarEmit = (cx, [a, b]) => {
  const kind = kindOf(cx);
  const test = (name: "ordered" | "unordered" | "less_or_greater"): Expr =>
    call(cx.use(helpers.floatTest(cx.flavour, name, kind)), [a!, b!], "bool");
  const relation = (symbol: string): Expr => infix(a!, symbol, b!, prec.relational, "bool");
  const not = (e: Expr): Expr => prefix("!", e, "bool");
  switch (arith.CmpFPredicate.nameOf((cx.op as arith.CmpF).predicate)) {
    case "false":
      return atom("false", "bool");
    case "true":
      return atom("true", "bool");
    case "oeq":
      return infix(a!, "==", b!, prec.equality, "bool");
    case "une":
      return infix(a!, "!=", b!, prec.equality, "bool");
    case "ogt":
      return relation(">");
    case "oge":
      return relation(">=");
    case "olt":
      return relation("<");
    case "ole":
      return relation("<=");
    case "ugt":
      return not(relation("<="));
    case "uge":
      return not(relation("<"));
    case "ult":
      return not(relation(">="));
    case "ule":
      return not(relation(">"));
    case "one":
      return test("less_or_greater");
    case "ueq":
      return not(test("less_or_greater"));
    case "ord":
      return test("ordered");
    default:
      return test("unordered");
  }
};

/** An integer as a float, rounded once. */
function fromInteger(unsigned: boolean): ScalarEmit {
  return (cx, [a]) => {
    const { flavour } = cx;
    const to = cx.resultTypes[0]!;
    if (cx.types[0] === i1 && !unsigned) {
      const kind = helpers.expectFloatKind(cx.resultKinds[0]!);
      return conditional(a!, floatConstantOf(cx, -1, kind), floatConstantOf(cx, 0, kind));
    }
    const x = cx.types[0] === i1 ? a! : (unsigned ? asUnsigned : asSigned)(a!, flavour);
    if (!isNarrowFloat(to)) return castTo(x, cx.resultKinds[0]!, flavour);
    const bits = bitsOf(x.kind);
    // Up to 24 bits an f32 is exact; what an f16 holds is exact there as well, the rest is infinite.
    if (to === f16 || bits < 24) return roundTo(cx, to, castTo(x, "f32", flavour));
    cx.need("fp64");
    const kind = x.kind === "u64" ? "u64" : "i64";
    const wide =
      bits === 64
        ? call(cx.use(helpers.stickyDouble(flavour, kind)), [x], "f64")
        : castTo(x, "f64", flavour);
    return roundTo(cx, to, wide);
  };
}

function toInteger(unsigned: boolean): ScalarEmit {
  return (cx, [a]) => {
    const from = kindOf(cx);
    const to = cx.resultKinds[0]!;
    if (to === "bool") {
      // Saturated to the range of one bit: 0 … 1, or -1 … 0.
      const least = atom(helpers.floatLiteral(unsigned ? 1 : -1, from, cx.flavour), from);
      return infix(a!, unsigned ? ">=" : "<=", least, prec.relational, "bool");
    }
    const kind = unsigned ? (`u${to.slice(1)}` as CKind) : to;
    return call(cx.use(helpers.saturate(cx.flavour, from, kind)), [a!], kind);
  };
}

const truncate: ScalarEmit = (cx, [a]) => {
  const mode = cx.op.getAttr("roundingmode");
  if (mode !== undefined && arith.RoundingMode.nameOf(mode as never) !== "to_nearest_even") {
    refuse(cx.op, "another rounding than to nearest");
  }
  const to = cx.resultTypes[0]!;
  if (to === f16 || to === bf16) return roundTo(cx, to, a!);
  return castTo(a!, cx.resultKinds[0]!, cx.flavour);
};

const bitcast: ScalarEmit = (cx, [a]) => {
  const { flavour } = cx;
  const [from, to] = [cx.types[0]!, cx.resultTypes[0]!];
  if (from instanceof FloatType === to instanceof FloatType && from === to) return a!;
  if (isNarrowFloat(from) || isNarrowFloat(to)) return bitcastNarrow(cx, a!, from, to);
  const target = cx.resultKinds[0]!;
  if (from instanceof FloatType === to instanceof FloatType) return castTo(a!, target, flavour);
  return call(flavour.bitcast(a!.kind, target), [a!], target);
};

function bitcastNarrow(cx: Cx, a: Expr, from: Type, to: Type): Expr {
  const { flavour } = cx;
  const bits = isNarrowFloat(from)
    ? encodeNarrow(cx, from, a)
    : castTo(asUnsigned(a, flavour), "u16", flavour);
  return isNarrowFloat(to) ? decodeNarrow(cx, to, bits) : castTo(bits, "i16", flavour);
}

/** The pattern of a narrow float. */
export function encodeNarrow(cx: Omit<Cx, "op">, type: Type, e: Expr): Expr {
  const { flavour } = cx;
  const helper = type === f16 ? flavour.halfHelpers.encode : helpers.encodeBf16(flavour);
  return call(cx.use(helper), [e], "u16");
}

/** The narrow float of a pattern. */
export function decodeNarrow(cx: Omit<Cx, "op">, type: Type, e: Expr): Expr {
  const { flavour } = cx;
  const helper = type === f16 ? flavour.halfHelpers.decode : helpers.decodeBf16(flavour);
  return call(cx.use(helper), [e], "f32");
}

const integerExponent: ScalarEmit = (cx, [x, n]) => {
  const { flavour } = cx;
  const kind = kindOf(cx);
  const to = cx.resultTypes[0]!;
  const whole = asSigned(n!, flavour);
  // A set bit alone is -1.
  const exponent = cx.types[1] === i1 ? prefix("-", whole, "i32") : whole;
  const direct = bitsOf(exponent.kind) <= 32 ? flavour.math("pown", kind) : undefined;
  if (direct !== undefined) {
    return roundTo(cx, to, call(direct, [x!, castTo(exponent, "i32", flavour)], kind));
  }
  cx.need("fp64");
  const wide = [castTo(x!, "f64", flavour), castTo(exponent, "f64", flavour)];
  const power = mathCall(cx, "pow", wide, "f64");
  return isNarrowFloat(to) ? roundTo(cx, to, power) : castTo(power, kind, flavour);
};

function magnitudeTest(symbol: "<" | "=="): ScalarEmit {
  return (cx, [a]) => {
    const kind = kindOf(cx);
    const infinite = floatConstantOf(cx, Infinity, kind);
    const strength = symbol === "<" ? prec.relational : prec.equality;
    return infix(mathCall(cx, "fabs", [a!], kind), symbol, infinite, strength, "bool");
  };
}

function floatConstantOf(cx: Pick<Cx, "flavour">, value: number, kind: FloatKind): Expr {
  const text = helpers.floatLiteral(value, kind, cx.flavour);
  const strength = text.startsWith("-")
    ? prec.unary
    : text.endsWith(")")
      ? prec.postfix
      : prec.primary;
  return { text, prec: strength, kind, reads: false };
}

const isNaNTest: ScalarEmit = (cx, [a]) => {
  if (isTrivial(a!)) return infix(a!, "!=", a!, prec.equality, "bool");
  return call(cx.use(helpers.floatTest(cx.flavour, "is_nan", kindOf(cx))), [a!], "bool");
};

const smallestNormal = (t: Type): number => {
  if (t === f16) return 2 ** -14;
  return t === f64 ? 2 ** -1022 : 2 ** -126;
};

const isNormalTest: ScalarEmit = (cx, [a]) => {
  const type = cx.types[0]!;
  const format = type.toString();
  const helper = helpers.isNormal(cx.flavour, format, smallestNormal(type), kindOf(cx));
  return call(cx.use(helper), [a!], "bool");
};

const functions: readonly (readonly [OpRef, string])[] = [
  [math.ACos, "acos"],
  [math.ACosH, "acosh"],
  [math.ASin, "asin"],
  [math.ASinH, "asinh"],
  [math.ATan, "atan"],
  [math.ATanH, "atanh"],
  [math.Cbrt, "cbrt"],
  [math.Cos, "cos"],
  [math.CosH, "cosh"],
  [math.Erf, "erf"],
  [math.ErfC, "erfc"],
  [math.Exp, "exp"],
  [math.Exp2, "exp2"],
  [math.ExpM1, "expm1"],
  [math.Log, "log"],
  [math.Log10, "log10"],
  [math.Log1p, "log1p"],
  [math.Log2, "log2"],
  [math.Rsqrt, "rsqrt"],
  [math.Sin, "sin"],
  [math.SinH, "sinh"],
  [math.Tan, "tan"],
  [math.TanH, "tanh"],
  [math.Atan2, "atan2"],
  [math.PowF, "pow"],
  [arith.RemF, "fmod"],
];

/** Functions whose result is as narrow as the operands. */
const exactFunctions: readonly (readonly [OpRef, string])[] = [
  [math.AbsF, "fabs"],
  [math.Ceil, "ceil"],
  [math.Floor, "floor"],
  [math.Trunc, "trunc"],
  [math.Round, "round"],
  [math.RoundEven, "rint"],
  [math.CopySign, "copysign"],
];

/** The emitter of each floating-point operation. */
export const floatEmitters: readonly (readonly [OpRef, ScalarEmit])[] = [
  [arith.AddF, binary("+")],
  [arith.SubF, binary("-")],
  [arith.MulF, binary("*")],
  [arith.DivF, divide],
  [arith.NegF, (_, [a]) => prefix("-", a!, a!.kind)],
  [arith.MaximumF, extreme("maximum")],
  [arith.MinimumF, extreme("minimum")],
  [arith.MaxNumF, extremeNumber("maxnum")],
  [arith.MinNumF, extremeNumber("minnum")],
  [arith.CmpF, compare],
  [arith.ExtF, (cx, [a]) => castTo(a!, cx.resultKinds[0]!, cx.flavour)],
  [arith.TruncF, truncate],
  [arith.SIToFP, fromInteger(false)],
  [arith.UIToFP, fromInteger(true)],
  [arith.FPToSI, toInteger(false)],
  [arith.FPToUI, toInteger(true)],
  [arith.BitcastOp, bitcast],
  [math.Sqrt, squareRoot],
  [math.Fma, fused],
  [math.ClampF, clamp],
  [math.FPowI, integerExponent],
  [math.SinCos, (cx, [a]) => ["sin", "cos"].map((n) => named(n)(cx, [a!]) as Expr)],
  [math.IsFinite, magnitudeTest("<")],
  [math.IsInf, magnitudeTest("==")],
  [math.IsNaN, isNaNTest],
  [math.IsNormal, isNormalTest],
  ...functions.map(([op, name]) => [op, named(name)] as const),
  ...exactFunctions.map(([op, name]) => [op, named(name, true)] as const),
];

/** A float constant. */
export function floatConstant(cx: Pick<Cx, "flavour">, attr: FloatAttr): Expr {
  return floatConstantOf(cx, attr.value, attr.type === f64 ? "f64" : "f32");
}
