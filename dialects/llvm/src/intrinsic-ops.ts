/**
 * Intrinsics of LLVM on numbers, as operations `llvm.intr.NAME`.
 *
 * Those with an assembly format are written `llvm.intr.fabs(%x) : (f32) -> f32`; upstream gives the
 * others only the generic form, and so do we.
 */
import {
  attr,
  BoolAttr,
  Commutative,
  defineOp,
  derived,
  elementOf,
  Elementwise,
  I32Attr,
  I64Attr,
  i1,
  operand,
  Pure,
  result,
  SameOperandsAndResultType,
  type Trait,
  typeVar,
  VectorType,
} from "@strata/ir";
import { fastmath } from "./arith-ops.ts";
import {
  AnyLLVM,
  AnyLLVMInteger,
  BoolOrVector,
  boolTypeLike,
  FloatOrVector,
  FloatVector,
  IntegerOrVector,
  IntegerVector,
  LLVMVector,
} from "./constraints.ts";
import { LLVMStructType } from "./types.ts";

const same: readonly Trait[] = [Pure, SameOperandsAndResultType, Elementwise];
const call = "`(` operands `)` attr-dict `:` functional-type(operands, results)";

function floatUnary(name: string, summary: string) {
  return defineOp(`llvm.intr.${name}`, {
    summary,
    operands: { in: operand(FloatOrVector) },
    results: { res: result(FloatOrVector) },
    attributes: { fastmathFlags: fastmath() },
    traits: same,
    assembly: call,
  });
}

function floatBinary(name: string, summary: string, traits: readonly Trait[] = []) {
  return defineOp(`llvm.intr.${name}`, {
    summary,
    operands: { a: operand(FloatOrVector), b: operand(FloatOrVector) },
    results: { res: result(FloatOrVector) },
    attributes: { fastmathFlags: fastmath() },
    traits: [...same, ...traits],
    assembly: call,
  });
}

function floatTernary(name: string, summary: string) {
  return defineOp(`llvm.intr.${name}`, {
    summary,
    operands: { a: operand(FloatOrVector), b: operand(FloatOrVector), c: operand(FloatOrVector) },
    results: { res: result(FloatOrVector) },
    attributes: { fastmathFlags: fastmath() },
    traits: same,
    assembly: call,
  });
}

function integerUnary(name: string, summary: string) {
  return defineOp(`llvm.intr.${name}`, {
    summary,
    operands: { in: operand(IntegerOrVector) },
    results: { res: result(IntegerOrVector) },
    traits: same,
    assembly: call,
  });
}

function integerBinary(name: string, summary: string, traits: readonly Trait[] = []) {
  return defineOp(`llvm.intr.${name}`, {
    summary,
    operands: { a: operand(IntegerOrVector), b: operand(IntegerOrVector) },
    results: { res: result(IntegerOrVector) },
    traits: [...same, ...traits],
    assembly: call,
  });
}

function integerTernary(name: string, summary: string) {
  return defineOp(`llvm.intr.${name}`, {
    summary,
    operands: {
      a: operand(IntegerOrVector),
      b: operand(IntegerOrVector),
      c: operand(IntegerOrVector),
    },
    results: { res: result(IntegerOrVector) },
    traits: same,
    assembly: call,
  });
}

// --- floating point ------------------------------------------------------------------------------

/** Magnitude: clears the sign bit. */
export class FAbsOp extends floatUnary("fabs", "Magnitude: clears the sign bit.") {}
/** Rounds up to an integral value. */
export class FCeilOp extends floatUnary("ceil", "Rounds up to an integral value.") {}
/** Rounds down to an integral value. */
export class FFloorOp extends floatUnary("floor", "Rounds down to an integral value.") {}
/** Rounds toward zero to an integral value. */
export class FTruncOp extends floatUnary("trunc", "Rounds toward zero to an integral value.") {}
/** Rounds to the nearest integral value, halves away from zero. */
export class RoundOp extends floatUnary(
  "round",
  "Rounds to the nearest integral value, halves away from zero.",
) {}
/** Rounds to the nearest integral value, halves to even. */
export class RoundEvenOp extends floatUnary(
  "roundeven",
  "Rounds to the nearest integral value, halves to even.",
) {}
/** Rounds to an integral value in the current mode: to nearest even. */
export class RintOp extends floatUnary(
  "rint",
  "Rounds to an integral value in the current mode: to nearest even.",
) {}
/** As `rint`, without the inexact exception. */
export class NearbyintOp extends floatUnary(
  "nearbyint",
  "As `rint`, without the inexact exception.",
) {}
/** Square root, correctly rounded. */
export class SqrtOp extends floatUnary("sqrt", "Square root, correctly rounded.") {}
/** e to the power of the operand. */
export class ExpOp extends floatUnary("exp", "e to the power of the operand.") {}
/** 2 to the power of the operand. */
export class Exp2Op extends floatUnary("exp2", "2 to the power of the operand.") {}
/** 10 to the power of the operand. */
export class Exp10Op extends floatUnary("exp10", "10 to the power of the operand.") {}
/** Natural logarithm. */
export class LogOp extends floatUnary("log", "Natural logarithm.") {}
/** Logarithm to base 2. */
export class Log2Op extends floatUnary("log2", "Logarithm to base 2.") {}
/** Logarithm to base 10. */
export class Log10Op extends floatUnary("log10", "Logarithm to base 10.") {}
/** Sine of an angle in radians. */
export class SinOp extends floatUnary("sin", "Sine of an angle in radians.") {}
/** Cosine of an angle in radians. */
export class CosOp extends floatUnary("cos", "Cosine of an angle in radians.") {}
/** Tangent of an angle in radians. */
export class TanOp extends floatUnary("tan", "Tangent of an angle in radians.") {}
/** Angle in radians of a sine. */
export class ASinOp extends floatUnary("asin", "Angle in radians of a sine.") {}
/** Angle in radians of a cosine. */
export class ACosOp extends floatUnary("acos", "Angle in radians of a cosine.") {}
/** Angle in radians of a tangent. */
export class ATanOp extends floatUnary("atan", "Angle in radians of a tangent.") {}
/** Hyperbolic sine. */
export class SinhOp extends floatUnary("sinh", "Hyperbolic sine.") {}
/** Hyperbolic cosine. */
export class CoshOp extends floatUnary("cosh", "Hyperbolic cosine.") {}
/** Hyperbolic tangent. */
export class TanhOp extends floatUnary("tanh", "Hyperbolic tangent.") {}
/** The first operand with the sign of the second. */
export class CopySignOp extends floatBinary(
  "copysign",
  "The first operand with the sign of the second.",
) {}
/** The first operand to the power of the second. */
export class PowOp extends floatBinary("pow", "The first operand to the power of the second.") {}
/** Angle in radians of the point (b, a). */
export class ATan2Op extends floatBinary("atan2", "Angle in radians of the point (b, a).") {}
/** The greater operand; the other one if one is NaN. */
export class MaxNumOp extends floatBinary(
  "maxnum",
  "The greater operand; the other one if one is NaN.",
  [Commutative],
) {}
/** The lesser operand; the other one if one is NaN. */
export class MinNumOp extends floatBinary(
  "minnum",
  "The lesser operand; the other one if one is NaN.",
  [Commutative],
) {}
/** The greater operand, +0 above -0; NaN if one is NaN. */
export class MaximumOp extends floatBinary(
  "maximum",
  "The greater operand, +0 above -0; NaN if one is NaN.",
  [Commutative],
) {}
/** The lesser operand, -0 below +0; NaN if one is NaN. */
export class MinimumOp extends floatBinary(
  "minimum",
  "The lesser operand, -0 below +0; NaN if one is NaN.",
  [Commutative],
) {}
/** a · b + c, rounded once. */
export class FMAOp extends floatTernary("fma", "a · b + c, rounded once.") {}
/** a · b + c, rounded once or twice as the target prefers. */
export class FMulAddOp extends floatTernary(
  "fmuladd",
  "a · b + c, rounded once or twice as the target prefers.",
) {}

/** A number to an integral power. */
export class PowIOp extends defineOp("llvm.intr.powi", {
  summary: "A number to an integral power.",
  operands: { val: operand(FloatOrVector), power: operand(AnyLLVMInteger) },
  results: { res: result(FloatOrVector) },
  attributes: { fastmathFlags: fastmath() },
  traits: [Pure],
  assembly: call,
}) {}
/** A number times a power of two. */
export class LoadExpOp extends defineOp("llvm.intr.ldexp", {
  summary: "A number times a power of two.",
  operands: { val: operand(FloatOrVector), power: operand(IntegerOrVector) },
  results: { res: result(FloatOrVector) },
  attributes: { fastmathFlags: fastmath() },
  traits: [Pure],
  assembly: call,
}) {}

const K = typeVar("K", FloatOrVector);
/** Whether a number is of one of the classes in a mask (NaN, infinity, zero, …). */
export class IsFPClassOp extends defineOp("llvm.intr.is.fpclass", {
  summary: "Whether a number is of one of the classes in a mask.",
  operands: { in: operand(K) },
  results: { res: result(derived("i1 for each element of the operand", K, boolTypeLike)) },
  attributes: { bit: attr(I32Attr) },
  traits: [Pure, Elementwise],
}) {}

function floatToInteger(name: string, summary: string) {
  return defineOp(`llvm.intr.${name}`, {
    summary,
    operands: { val: operand(FloatOrVector) },
    results: { res: result(IntegerOrVector) },
    traits: [Pure],
    assembly: call,
  });
}

/** Rounds to the nearest integer, halves away from zero. */
export class LroundOp extends floatToInteger("lround", "Nearest integer, halves away from zero.") {}
/** Rounds to the nearest integer, halves away from zero. */
export class LlroundOp extends floatToInteger(
  "llround",
  "Nearest integer, halves away from zero.",
) {}
/** Rounds to the nearest integer, halves to even. */
export class LrintOp extends floatToInteger("lrint", "Nearest integer, halves to even.") {}
/** Rounds to the nearest integer, halves to even. */
export class LlrintOp extends floatToInteger("llrint", "Nearest integer, halves to even.") {}

/** Floating point to signed integer; the nearest bound where it does not fit, 0 for NaN. */
export class FPToSISatOp extends defineOp("llvm.intr.fptosi.sat", {
  summary: "Floating point to signed integer; the nearest bound where it does not fit.",
  operands: { arg: operand(FloatOrVector) },
  results: { res: result(IntegerOrVector) },
  traits: [Pure, Elementwise],
}) {}
/** Floating point to unsigned integer; the nearest bound where it does not fit, 0 for NaN. */
export class FPToUISatOp extends defineOp("llvm.intr.fptoui.sat", {
  summary: "Floating point to unsigned integer; the nearest bound where it does not fit.",
  operands: { arg: operand(FloatOrVector) },
  results: { res: result(IntegerOrVector) },
  traits: [Pure, Elementwise],
}) {}

// --- integers ------------------------------------------------------------------------------------

/** Reverses the order of the bits. */
export class BitReverseOp extends integerUnary("bitreverse", "Reverses the order of the bits.") {}
/** Reverses the order of the bytes. */
export class ByteSwapOp extends integerUnary("bswap", "Reverses the order of the bytes.") {}
/** Counts the bits that are set. */
export class CtPopOp extends integerUnary("ctpop", "Counts the bits that are set.") {}
/** The greater operand, signed. */
export class SMaxOp extends integerBinary("smax", "The greater operand, signed.", [Commutative]) {}
/** The lesser operand, signed. */
export class SMinOp extends integerBinary("smin", "The lesser operand, signed.", [Commutative]) {}
/** The greater operand, unsigned. */
export class UMaxOp extends integerBinary("umax", "The greater operand, unsigned.", [
  Commutative,
]) {}
/** The lesser operand, unsigned. */
export class UMinOp extends integerBinary("umin", "The lesser operand, unsigned.", [Commutative]) {}
/** Signed addition that stops at the bounds. */
export class SAddSatOp extends integerBinary(
  "sadd.sat",
  "Signed addition that stops at the bounds.",
  [Commutative],
) {}
/** Unsigned addition that stops at the bounds. */
export class UAddSatOp extends integerBinary(
  "uadd.sat",
  "Unsigned addition that stops at the bounds.",
  [Commutative],
) {}
/** Signed subtraction that stops at the bounds. */
export class SSubSatOp extends integerBinary(
  "ssub.sat",
  "Signed subtraction that stops at the bounds.",
) {}
/** Unsigned subtraction that stops at the bounds. */
export class USubSatOp extends integerBinary(
  "usub.sat",
  "Unsigned subtraction that stops at the bounds.",
) {}
/** Signed shift left that stops at the bounds. */
export class SShlSatOp extends integerBinary(
  "sshl.sat",
  "Signed shift left that stops at the bounds.",
) {}
/** Unsigned shift left that stops at the bounds. */
export class UShlSatOp extends integerBinary(
  "ushl.sat",
  "Unsigned shift left that stops at the bounds.",
) {}
/** High half of a:b shifted left by c modulo the width. */
export class FshlOp extends integerTernary(
  "fshl",
  "High half of a:b shifted left by c modulo the width.",
) {}
/** Low half of a:b shifted right by c modulo the width. */
export class FshrOp extends integerTernary(
  "fshr",
  "Low half of a:b shifted right by c modulo the width.",
) {}

/** Counts zeros above the highest set bit. */
export class CountLeadingZerosOp extends defineOp("llvm.intr.ctlz", {
  summary: "Counts zeros above the highest set bit.",
  operands: { in: operand(IntegerOrVector) },
  results: { res: result(IntegerOrVector) },
  attributes: { is_zero_poison: attr(BoolAttr) },
  traits: same,
}) {}
/** Counts zeros below the lowest set bit. */
export class CountTrailingZerosOp extends defineOp("llvm.intr.cttz", {
  summary: "Counts zeros below the lowest set bit.",
  operands: { in: operand(IntegerOrVector) },
  results: { res: result(IntegerOrVector) },
  attributes: { is_zero_poison: attr(BoolAttr) },
  traits: same,
}) {}
/** Magnitude of a signed integer. */
export class AbsOp extends defineOp("llvm.intr.abs", {
  summary: "Magnitude of a signed integer.",
  operands: { in: operand(IntegerOrVector) },
  results: { res: result(IntegerOrVector) },
  attributes: { is_int_min_poison: attr(BoolAttr) },
  traits: same,
}) {}

function threeWay(name: string, summary: string) {
  return defineOp(`llvm.intr.${name}`, {
    summary,
    operands: { a: operand(IntegerOrVector), b: operand(IntegerOrVector) },
    results: { res: result(IntegerOrVector) },
    traits: [Pure, Elementwise],
    assembly: call,
  });
}

/** -1, 0 or 1 by a signed comparison. */
export class SCmpOp extends threeWay("scmp", "-1, 0 or 1 by a signed comparison.") {}
/** -1, 0 or 1 by an unsigned comparison. */
export class UCmpOp extends threeWay("ucmp", "-1, 0 or 1 by an unsigned comparison.") {}

const O = typeVar("O", IntegerOrVector);
const withFlag = derived("a structure of the result and i1", O, (t) =>
  LLVMStructType.literal([t, boolTypeLike(t)]),
);

function withOverflow(name: string, summary: string) {
  return defineOp(`llvm.intr.${name}.with.overflow`, {
    summary,
    operands: { a: operand(O), b: operand(O) },
    results: { res: result(withFlag) },
    traits: [Pure],
  });
}

/** Signed sum, and whether it overflowed. */
export class SAddWithOverflowOp extends withOverflow(
  "sadd",
  "Signed sum, and whether it overflowed.",
) {}
/** Unsigned sum, and whether it overflowed. */
export class UAddWithOverflowOp extends withOverflow(
  "uadd",
  "Unsigned sum, and whether it overflowed.",
) {}
/** Signed difference, and whether it overflowed. */
export class SSubWithOverflowOp extends withOverflow(
  "ssub",
  "Signed difference, and whether it overflowed.",
) {}
/** Unsigned difference, and whether it overflowed. */
export class USubWithOverflowOp extends withOverflow(
  "usub",
  "Unsigned difference, and whether it overflowed.",
) {}
/** Signed product, and whether it overflowed. */
export class SMulWithOverflowOp extends withOverflow(
  "smul",
  "Signed product, and whether it overflowed.",
) {}
/** Unsigned product, and whether it overflowed. */
export class UMulWithOverflowOp extends withOverflow(
  "umul",
  "Unsigned product, and whether it overflowed.",
) {}

// --- vectors -------------------------------------------------------------------------------------

const N = typeVar("N", IntegerVector);
const nElement = elementOf(N);

function integerReduction(name: string, summary: string) {
  return defineOp(`llvm.intr.vector.reduce.${name}`, {
    summary,
    operands: { in: operand(N) },
    results: { res: result(nElement) },
    traits: [Pure],
  });
}

/** Sum of the elements. */
export class VectorReduceAddOp extends integerReduction("add", "Sum of the elements.") {}
/** Product of the elements. */
export class VectorReduceMulOp extends integerReduction("mul", "Product of the elements.") {}
/** Bitwise and of the elements. */
export class VectorReduceAndOp extends integerReduction("and", "Bitwise and of the elements.") {}
/** Bitwise or of the elements. */
export class VectorReduceOrOp extends integerReduction("or", "Bitwise or of the elements.") {}
/** Bitwise exclusive or of the elements. */
export class VectorReduceXorOp extends integerReduction(
  "xor",
  "Bitwise exclusive or of the elements.",
) {}
/** Greatest element, signed. */
export class VectorReduceSMaxOp extends integerReduction("smax", "Greatest element, signed.") {}
/** Least element, signed. */
export class VectorReduceSMinOp extends integerReduction("smin", "Least element, signed.") {}
/** Greatest element, unsigned. */
export class VectorReduceUMaxOp extends integerReduction("umax", "Greatest element, unsigned.") {}
/** Least element, unsigned. */
export class VectorReduceUMinOp extends integerReduction("umin", "Least element, unsigned.") {}

const F = typeVar("F", FloatVector);
const fElement = elementOf(F);

function extremeReduction(name: string, summary: string) {
  return defineOp(`llvm.intr.vector.reduce.${name}`, {
    summary,
    operands: { in: operand(F) },
    results: { res: result(fElement) },
    attributes: { fastmathFlags: fastmath() },
    traits: [Pure],
    assembly: call,
  });
}

/** A float reduction with a start value: in order, unless `reassoc` is set. */
function orderedReduction(name: string, summary: string) {
  return defineOp(`llvm.intr.vector.reduce.${name}`, {
    summary,
    operands: { start_value: operand(fElement), input: operand(F) },
    results: { res: result(fElement) },
    attributes: { fastmathFlags: fastmath() },
    traits: [Pure],
  });
}

/** Greatest element; NaNs are passed over. */
export class VectorReduceFMaxOp extends extremeReduction(
  "fmax",
  "Greatest element; NaNs are passed over.",
) {}
/** Least element; NaNs are passed over. */
export class VectorReduceFMinOp extends extremeReduction(
  "fmin",
  "Least element; NaNs are passed over.",
) {}
/** Greatest element; NaN if one is NaN. */
export class VectorReduceFMaximumOp extends extremeReduction(
  "fmaximum",
  "Greatest element; NaN if one is NaN.",
) {}
/** Least element; NaN if one is NaN. */
export class VectorReduceFMinimumOp extends extremeReduction(
  "fminimum",
  "Least element; NaN if one is NaN.",
) {}
/** Start value plus the elements, from the first to the last. */
export class VectorReduceFAddOp extends orderedReduction(
  "fadd",
  "Start value plus the elements, from the first to the last.",
) {}
/** Start value times the elements, from the first to the last. */
export class VectorReduceFMulOp extends orderedReduction(
  "fmul",
  "Start value times the elements, from the first to the last.",
) {}

/** 0, 1, 2, … */
export class StepVectorOp extends defineOp("llvm.intr.stepvector", {
  summary: "0, 1, 2, …",
  results: { res: result(IntegerVector) },
  traits: [Pure],
  assembly: "attr-dict `:` type($res)",
}) {}

/** A vector with a part replaced. */
export class VectorInsertOp extends defineOp("llvm.intr.vector.insert", {
  summary: "A vector with a part replaced.",
  operands: { dstvec: operand(LLVMVector), srcvec: operand(LLVMVector) },
  results: { res: result(LLVMVector) },
  attributes: { pos: attr(I64Attr) },
  traits: [Pure],
  inferResults: ([dst]) => [dst!.type],
  assembly: "$srcvec `,` $dstvec `[` $pos `]` attr-dict `:` type($srcvec) `into` type($dstvec)",
}) {}

/** A part of a vector. */
export class VectorExtractOp extends defineOp("llvm.intr.vector.extract", {
  summary: "A part of a vector.",
  operands: { srcvec: operand(LLVMVector) },
  results: { res: result(LLVMVector) },
  attributes: { pos: attr(I64Attr) },
  traits: [Pure],
  assembly: "$srcvec `[` $pos `]` attr-dict `:` type($res) `from` type($srcvec)",
}) {}

/** Whether lane i of the result holds base + i < n. */
export class GetActiveLaneMaskOp extends defineOp("llvm.intr.get.active.lane.mask", {
  summary: "Whether base + i < n, for lane i.",
  operands: { base: operand(AnyLLVMInteger), n: operand(AnyLLVMInteger) },
  results: { res: result(BoolOrVector) },
  traits: [Pure],
  verify(op, report) {
    const t = op.resultAt(0).type;
    if (!(t instanceof VectorType) || t.elementType !== i1) {
      report("llvm.lane-mask", "the result is a vector of i1");
    }
  },
  assembly: "$base `,` $n attr-dict `:` type($base) `,` type($n) `to` type($res)",
}) {}

// --- hints ---------------------------------------------------------------------------------------

const E = typeVar("E", AnyLLVMInteger);
/** The first operand, which usually equals the second. */
export class ExpectOp extends defineOp("llvm.intr.expect", {
  summary: "The first operand, which usually equals the second.",
  operands: { val: operand(E), expected: operand(E) },
  results: { res: result(E) },
  traits: [Pure],
  assembly: "$val `,` $expected attr-dict `:` type($val)",
}) {}

/** A value that constant folding must not see through. */
export class SSACopyOp extends defineOp("llvm.intr.ssa.copy", {
  summary: "A copy of a value.",
  operands: { arg: operand(AnyLLVM) },
  results: { res: result(AnyLLVM) },
  traits: [Pure, SameOperandsAndResultType],
  assembly: "$arg attr-dict `:` type($arg)",
}) {}
