/**
 * The operations of `math`: functions of floats and integers beyond arithmetic. Names, operands,
 * attributes and textual forms are upstream's; fast-math flags are those of `arith`.
 */
import { FastMathAttr, FastMathFlags } from "@strata/arith";
import {
  defaultAttr,
  defineOp,
  derived,
  Elementwise,
  FloatLike,
  i1,
  Idempotent,
  operand,
  Pure,
  result,
  SameOperandsAndResultType,
  SignlessIntegerLike,
  SignlessIntegerOrIndexLike,
  type Trait,
  typeVar,
  withElementTypeOf,
} from "@strata/ir";

const F = typeVar("T", FloatLike);
const I = typeVar("T", SignlessIntegerOrIndexLike);
const P = typeVar("P", SignlessIntegerLike);
const BoolLikeF = derived("i1 in the shape of the operand", F, (t) => withElementTypeOf(t, i1));
const fastmath = defaultAttr(FastMathFlags, FastMathAttr.none);

function floatUnary(name: string, summary: string, traits: readonly Trait[] = []) {
  return defineOp(name, {
    summary,
    operands: { input: operand(F) },
    results: { result: result(F) },
    attributes: { fastmath },
    traits: [Pure, ...traits, SameOperandsAndResultType, Elementwise],
    assembly: "$input (`fastmath` `` $fastmath^)? attr-dict `:` type($result)",
  });
}

function floatBinary(name: string, summary: string) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(F), rhs: operand(F) },
    results: { result: result(F) },
    attributes: { fastmath },
    traits: [Pure, SameOperandsAndResultType, Elementwise],
    assembly: "$lhs `,` $rhs (`fastmath` `` $fastmath^)? attr-dict `:` type($result)",
  });
}

function floatPredicate(name: string, summary: string) {
  return defineOp(name, {
    summary,
    operands: { input: operand(F) },
    results: { result: result(BoolLikeF) },
    attributes: { fastmath },
    traits: [Pure, Elementwise],
    assembly: "$input attr-dict `:` type($input)",
  });
}

function integerUnary(name: string, summary: string, traits: readonly Trait[] = []) {
  return defineOp(name, {
    summary,
    operands: { input: operand(I) },
    results: { result: result(I) },
    traits: [Pure, ...traits, SameOperandsAndResultType, Elementwise],
    assembly: "$input attr-dict `:` type($result)",
  });
}

// --- functions of one float ----------------------------------------------------------------------

/** Absolute value. */
export class AbsF extends floatUnary("math.absf", "Absolute value.", [Idempotent]) {}

/** Arc cosine. */
export class ACos extends floatUnary("math.acos", "Arc cosine.") {}

/** Area hyperbolic cosine. */
export class ACosH extends floatUnary("math.acosh", "Area hyperbolic cosine.") {}

/** Arc sine. */
export class ASin extends floatUnary("math.asin", "Arc sine.") {}

/** Area hyperbolic sine. */
export class ASinH extends floatUnary("math.asinh", "Area hyperbolic sine.") {}

/** Arc tangent. */
export class ATan extends floatUnary("math.atan", "Arc tangent.") {}

/** Area hyperbolic tangent. */
export class ATanH extends floatUnary("math.atanh", "Area hyperbolic tangent.") {}

/** Cube root. */
export class Cbrt extends floatUnary("math.cbrt", "Cube root.") {}

/** The smallest integral value not below. */
export class Ceil extends floatUnary("math.ceil", "The smallest integral value not below.", [
  Idempotent,
]) {}

/** Cosine of an angle in radians. */
export class Cos extends floatUnary("math.cos", "Cosine of an angle in radians.") {}

/** Hyperbolic cosine. */
export class CosH extends floatUnary("math.cosh", "Hyperbolic cosine.") {}

/** The error function. */
export class Erf extends floatUnary("math.erf", "The error function.") {}

/** One minus the error function. */
export class ErfC extends floatUnary("math.erfc", "One minus the error function.") {}

/** e to the power of the operand. */
export class Exp extends floatUnary("math.exp", "e to the power of the operand.") {}

/** Two to the power of the operand. */
export class Exp2 extends floatUnary("math.exp2", "Two to the power of the operand.") {}

/** e to the power of the operand, minus one. */
export class ExpM1 extends floatUnary("math.expm1", "e to the power of the operand, minus one.") {}

/** The largest integral value not above. */
export class Floor extends floatUnary("math.floor", "The largest integral value not above.", [
  Idempotent,
]) {}

/** Natural logarithm. */
export class Log extends floatUnary("math.log", "Natural logarithm.") {}

/** Logarithm to base ten. */
export class Log10 extends floatUnary("math.log10", "Logarithm to base ten.") {}

/** Natural logarithm of one plus the operand. */
export class Log1p extends floatUnary("math.log1p", "Natural logarithm of one plus the operand.") {}

/** Logarithm to base two. */
export class Log2 extends floatUnary("math.log2", "Logarithm to base two.") {}

/** The nearest integral value, halves away from zero. */
export class Round extends floatUnary(
  "math.round",
  "The nearest integral value, halves away from zero.",
  [Idempotent],
) {}

/** The nearest integral value, halves to even. */
export class RoundEven extends floatUnary(
  "math.roundeven",
  "The nearest integral value, halves to even.",
  [Idempotent],
) {}

/** One divided by the square root. */
export class Rsqrt extends floatUnary("math.rsqrt", "One divided by the square root.") {}

/** Sine of an angle in radians. */
export class Sin extends floatUnary("math.sin", "Sine of an angle in radians.") {}

/** Hyperbolic sine. */
export class SinH extends floatUnary("math.sinh", "Hyperbolic sine.") {}

/** Square root. */
export class Sqrt extends floatUnary("math.sqrt", "Square root.") {}

/** Tangent of an angle in radians. */
export class Tan extends floatUnary("math.tan", "Tangent of an angle in radians.") {}

/** Hyperbolic tangent. */
export class TanH extends floatUnary("math.tanh", "Hyperbolic tangent.") {}

/** The integral part. */
export class Trunc extends floatUnary("math.trunc", "The integral part.", [Idempotent]) {}

/** Sine and cosine of an angle in radians. */
export class SinCos extends defineOp("math.sincos", {
  summary: "Sine and cosine of an angle in radians.",
  operands: { input: operand(F) },
  results: { sin: result(F), cos: result(F) },
  attributes: { fastmath },
  traits: [Pure, SameOperandsAndResultType, Elementwise],
  assembly: "$input (`fastmath` `` $fastmath^)? attr-dict `:` type($sin)",
  resultNames: () => ["sin", "cos"],
}) {}

// --- classification of floats --------------------------------------------------------------------

/** Whether a float is neither infinite nor NaN. */
export class IsFinite extends floatPredicate(
  "math.isfinite",
  "Whether a float is neither infinite nor NaN.",
) {}

/** Whether a float is infinite. */
export class IsInf extends floatPredicate("math.isinf", "Whether a float is infinite.") {}

/** Whether a float is NaN. */
export class IsNaN extends floatPredicate("math.isnan", "Whether a float is NaN.") {}

/** Whether a float is normal: not zero, subnormal, infinite or NaN. */
export class IsNormal extends floatPredicate(
  "math.isnormal",
  "Whether a float is normal: not zero, subnormal, infinite or NaN.",
) {}

// --- functions of several floats -----------------------------------------------------------------

/** The angle of the point (rhs, lhs), in radians. */
export class Atan2 extends floatBinary(
  "math.atan2",
  "The angle of the point (rhs, lhs), in radians.",
) {}

/** The magnitude of lhs with the sign of rhs. */
export class CopySign extends floatBinary(
  "math.copysign",
  "The magnitude of lhs with the sign of rhs.",
) {}

/** lhs to the power of rhs. */
export class PowF extends floatBinary("math.powf", "lhs to the power of rhs.") {}

/** A float to the power of a signed integer. */
export class FPowI extends defineOp("math.fpowi", {
  summary: "A float to the power of a signed integer.",
  operands: { lhs: operand(F), rhs: operand(P) },
  results: { result: result(F) },
  attributes: { fastmath },
  traits: [Pure, Elementwise],
  assembly: "$lhs `,` $rhs (`fastmath` `` $fastmath^)? attr-dict `:` type($lhs) `,` type($rhs)",
}) {}

/** a · b + c, rounded once. */
export class Fma extends defineOp("math.fma", {
  summary: "a · b + c, rounded once.",
  operands: { a: operand(F), b: operand(F), c: operand(F) },
  results: { result: result(F) },
  attributes: { fastmath },
  traits: [Pure, SameOperandsAndResultType, Elementwise],
  assembly: "$a `,` $b `,` $c (`fastmath` `` $fastmath^)? attr-dict `:` type($result)",
}) {}

/** The value limited to min … max. */
export class ClampF extends defineOp("math.clampf", {
  summary: "The value limited to min … max.",
  operands: { value: operand(F), min: operand(F), max: operand(F) },
  results: { result: result(F) },
  attributes: { fastmath },
  traits: [Pure, SameOperandsAndResultType, Elementwise],
  assembly:
    "$value `to` ` ` `[` $min `,` $max `]` (`fastmath` `` $fastmath^)? attr-dict `:` type($result)",
}) {}

// --- functions of integers -----------------------------------------------------------------------

/** Absolute value of a signed integer, wrapping for the smallest. */
export class AbsI extends integerUnary(
  "math.absi",
  "Absolute value of a signed integer, wrapping for the smallest.",
  [Idempotent],
) {}

/** Number of leading zero bits; the width for zero. */
export class Ctlz extends integerUnary(
  "math.ctlz",
  "Number of leading zero bits; the width for zero.",
) {}

/** Number of trailing zero bits; the width for zero. */
export class Cttz extends integerUnary(
  "math.cttz",
  "Number of trailing zero bits; the width for zero.",
) {}

/** Number of bits that are one. */
export class CtPop extends integerUnary("math.ctpop", "Number of bits that are one.") {}

/** An integer to the power of a signed integer, wrapping; 0 to a negative power is undefined. */
export class IPowI extends defineOp("math.ipowi", {
  summary: "An integer to the power of a signed integer, wrapping.",
  operands: { lhs: operand(I), rhs: operand(I) },
  results: { result: result(I) },
  traits: [Pure, SameOperandsAndResultType, Elementwise],
  assembly: "$lhs `,` $rhs attr-dict `:` type($result)",
}) {}

/** Every operation of the dialect. */
export const mathOps = [
  AbsF,
  ACos,
  ACosH,
  ASin,
  ASinH,
  ATan,
  ATanH,
  Cbrt,
  Ceil,
  Cos,
  CosH,
  Erf,
  ErfC,
  Exp,
  Exp2,
  ExpM1,
  Floor,
  Log,
  Log10,
  Log1p,
  Log2,
  Round,
  RoundEven,
  Rsqrt,
  Sin,
  SinH,
  Sqrt,
  Tan,
  TanH,
  Trunc,
  SinCos,
  IsFinite,
  IsInf,
  IsNaN,
  IsNormal,
  Atan2,
  CopySign,
  PowF,
  FPowI,
  Fma,
  ClampF,
  AbsI,
  Ctlz,
  Cttz,
  CtPop,
  IPowI,
] as const;
