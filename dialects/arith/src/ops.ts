/**
 * The operations of `arith`: integer and floating-point arithmetic, comparison, casts, constants.
 * Names, operands, attributes and textual forms are upstream's.
 *
 * Families with one declaration each: what differs within a family is the name and the traits.
 */
import {
  attributeType,
  AnyType,
  attr,
  type AttrConstraint,
  type Attribute,
  bitWidthOf,
  Commutative,
  ConstantLike,
  defaultAttr,
  defineOp,
  DenseElementsAttr,
  DenseResourceElementsAttr,
  derived,
  Elementwise,
  elementTypeOf,
  FloatAttr,
  FloatLike,
  i1,
  Idempotent,
  IndexType,
  IntegerAttr,
  IntegerType,
  operand,
  type Operation,
  optionalAttr,
  Pure,
  type Report,
  result,
  SameOperandsAndResultShape,
  SameOperandsAndResultType,
  SignlessIntegerLike,
  SignlessIntegerOrIndexLike,
  type Trait,
  type Type,
  type TypeConstraint,
  typeVar,
  unitAttr,
} from "@strata/ir";
import {
  CmpFPredicate,
  CmpIPredicate,
  FastMathAttr,
  FastMathFlags,
  OverflowAttr,
  OverflowFlags,
  RoundingMode,
} from "./attributes.ts";
import { Bitcastable, boolTypeLike, Condition, IndexCastable } from "./constraints.ts";
import { parseSelect, printSelect, verifySelect } from "./select-syntax.ts";

const I = typeVar("T", SignlessIntegerOrIndexLike);
const F = typeVar("T", FloatLike);
const T = typeVar("T", AnyType);
const BoolLikeI = derived("i1 in the shape of the operands", I, boolTypeLike);
const BoolLikeF = derived("i1 in the shape of the operands", F, boolTypeLike);
const ElementwiseSame: readonly Trait[] = [SameOperandsAndResultType, Elementwise];

// --- constants -----------------------------------------------------------------------------------

const ConstantValue: AttrConstraint<
  IntegerAttr | FloatAttr | DenseElementsAttr | DenseResourceElementsAttr
> = {
  summary: "an integer, float or elements attribute",
  check: (a) =>
    a instanceof IntegerAttr ||
    a instanceof FloatAttr ||
    a instanceof DenseElementsAttr ||
    a instanceof DenseResourceElementsAttr,
};

function constantName(op: Operation): string {
  const value = op.getAttr("value");
  if (!(value instanceof IntegerAttr)) return "cst";
  if (value.type === i1) return value.isTrue ? "true" : "false";
  return value.type instanceof IndexType
    ? `c${value.value}`
    : `c${value.value}_${value.type.toString()}`;
}

function verifyConstant(op: Operation, report: Report): void {
  const value = op.getAttr("value");
  const type = op.resultAt(0).type;
  const given = value === undefined ? undefined : attributeType(value);
  if (given !== type) {
    report(
      "arith.constant-type",
      `the result of \`arith.constant\` is \`${type.toString()}\` but its value is ` +
        `\`${given?.toString() ?? "untyped"}\``,
      "give the value the result's type",
    );
  }
  const element = elementTypeOf(type);
  if (element instanceof IntegerType && element.signedness !== "signless") {
    report(
      "arith.constant-signedness",
      `\`arith.constant\` makes signless integers only, not \`${type.toString()}\``,
      `write \`i${element.width}\``,
    );
  }
}

/** A constant integer, index, float, vector or tensor. */
export class ConstantOp extends defineOp("arith.constant", {
  summary: "A constant integer, index, float, vector or tensor.",
  results: { result: result(AnyType) },
  attributes: { value: attr(ConstantValue) },
  traits: [Pure, ConstantLike],
  assembly: "attr-dict $value",
  inferResults: (_operands, properties) => {
    const value = properties.get("value");
    const type = value === undefined ? undefined : attributeType(value);
    return type === undefined ? [] : [type];
  },
  resultNames: constantName,
  verify: verifyConstant,
}) {}

// --- integer arithmetic --------------------------------------------------------------------------

function integerBinary(name: string, summary: string, traits: readonly Trait[] = [Pure]) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(I), rhs: operand(I) },
    results: { result: result(I) },
    traits: [...traits, ...ElementwiseSame],
    assembly: "$lhs `,` $rhs attr-dict `:` type($result)",
  });
}

function overflowingBinary(name: string, summary: string, traits: readonly Trait[] = [Pure]) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(I), rhs: operand(I) },
    results: { result: result(I) },
    attributes: { overflowFlags: defaultAttr(OverflowFlags, OverflowAttr.none) },
    traits: [...traits, ...ElementwiseSame],
    assembly: "$lhs `,` $rhs (`overflow` `` $overflowFlags^)? attr-dict `:` type($result)",
  });
}

function exactBinary(name: string, summary: string, traits: readonly Trait[] = [Pure]) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(I), rhs: operand(I) },
    results: { result: result(I) },
    attributes: { isExact: unitAttr("The remainder is promised to be zero.") },
    traits: [...traits, ...ElementwiseSame],
    assembly: "$lhs `,` $rhs (`exact` $isExact^)? attr-dict `:` type($result)",
  });
}

/** Integer addition, wrapping modulo 2^width. */
export class AddI extends overflowingBinary(
  "arith.addi",
  "Integer addition, wrapping modulo 2^width.",
  [Pure, Commutative],
) {}

/** Integer subtraction, wrapping modulo 2^width. */
export class SubI extends overflowingBinary(
  "arith.subi",
  "Integer subtraction, wrapping modulo 2^width.",
) {}

/** Integer multiplication, wrapping modulo 2^width. */
export class MulI extends overflowingBinary(
  "arith.muli",
  "Integer multiplication, wrapping modulo 2^width.",
  [Pure, Commutative],
) {}

/** Signed division, rounding towards zero; division by zero and overflow are undefined. */
export class DivSI extends exactBinary(
  "arith.divsi",
  "Signed division, rounding towards zero; division by zero and overflow are undefined.",
  [],
) {}

/** Unsigned division, rounding down; division by zero is undefined. */
export class DivUI extends exactBinary(
  "arith.divui",
  "Unsigned division, rounding down; division by zero is undefined.",
  [],
) {}

/** Signed division, rounding up; division by zero and overflow are undefined. */
export class CeilDivSI extends integerBinary(
  "arith.ceildivsi",
  "Signed division, rounding up; division by zero and overflow are undefined.",
  [],
) {}

/** Unsigned division, rounding up; division by zero is undefined. */
export class CeilDivUI extends integerBinary(
  "arith.ceildivui",
  "Unsigned division, rounding up; division by zero is undefined.",
  [],
) {}

/** Signed division, rounding down; division by zero and overflow are undefined. */
export class FloorDivSI extends integerBinary(
  "arith.floordivsi",
  "Signed division, rounding down; division by zero and overflow are undefined.",
  [],
) {}

/** Signed remainder with the sign of the dividend; division by zero is undefined. */
export class RemSI extends integerBinary(
  "arith.remsi",
  "Signed remainder with the sign of the dividend; division by zero is undefined.",
  [],
) {}

/** Unsigned remainder; division by zero is undefined. */
export class RemUI extends integerBinary(
  "arith.remui",
  "Unsigned remainder; division by zero is undefined.",
  [],
) {}

/** Bitwise and. */
export class AndI extends integerBinary("arith.andi", "Bitwise and.", [
  Pure,
  Commutative,
  Idempotent,
]) {}

/** Bitwise or. */
export class OrI extends integerBinary("arith.ori", "Bitwise or.", [
  Pure,
  Commutative,
  Idempotent,
]) {}

/** Bitwise exclusive or. */
export class XOrI extends integerBinary("arith.xori", "Bitwise exclusive or.", [
  Pure,
  Commutative,
]) {}

/** Shift to the left; an amount of the width or more is undefined. */
export class ShLI extends overflowingBinary(
  "arith.shli",
  "Shift to the left; an amount of the width or more is undefined.",
) {}

/** Shift to the right that keeps the sign; an amount of the width or more is undefined. */
export class ShRSI extends exactBinary(
  "arith.shrsi",
  "Shift to the right that keeps the sign; an amount of the width or more is undefined.",
) {}

/** Shift to the right that shifts in zeros; an amount of the width or more is undefined. */
export class ShRUI extends exactBinary(
  "arith.shrui",
  "Shift to the right that shifts in zeros; an amount of the width or more is undefined.",
) {}

/** The larger of two signed integers. */
export class MaxSI extends integerBinary("arith.maxsi", "The larger of two signed integers.", [
  Pure,
  Commutative,
  Idempotent,
]) {}

/** The smaller of two signed integers. */
export class MinSI extends integerBinary("arith.minsi", "The smaller of two signed integers.", [
  Pure,
  Commutative,
  Idempotent,
]) {}

/** The larger of two unsigned integers. */
export class MaxUI extends integerBinary("arith.maxui", "The larger of two unsigned integers.", [
  Pure,
  Commutative,
  Idempotent,
]) {}

/** The smaller of two unsigned integers. */
export class MinUI extends integerBinary("arith.minui", "The smaller of two unsigned integers.", [
  Pure,
  Commutative,
  Idempotent,
]) {}

/** Unsigned addition with the carry as a second result. */
export class AddUIExtended extends defineOp("arith.addui_extended", {
  summary: "Unsigned addition with the carry as a second result.",
  operands: { lhs: operand(I), rhs: operand(I) },
  results: { sum: result(I), overflow: result(BoolLikeI) },
  traits: [Pure, Commutative, Elementwise],
  assembly: "$lhs `,` $rhs attr-dict `:` type($sum) `,` type($overflow)",
  resultNames: () => ["sum", "overflow"],
}) {}

function extendedProduct(name: string, summary: string) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(I), rhs: operand(I) },
    results: { low: result(I), high: result(I) },
    traits: [Pure, Commutative, ...ElementwiseSame],
    assembly: "$lhs `,` $rhs attr-dict `:` type($lhs)",
    resultNames: () => ["low", "high"],
  });
}

/** Signed multiplication to twice the width: low and high half. */
export class MulSIExtended extends extendedProduct(
  "arith.mulsi_extended",
  "Signed multiplication to twice the width: low and high half.",
) {}

/** Unsigned multiplication to twice the width: low and high half. */
export class MulUIExtended extends extendedProduct(
  "arith.mului_extended",
  "Unsigned multiplication to twice the width: low and high half.",
) {}

// --- floating-point arithmetic -------------------------------------------------------------------

function floatBinary(name: string, summary: string, traits: readonly Trait[] = []) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(F), rhs: operand(F) },
    results: { result: result(F) },
    attributes: { fastmath: defaultAttr(FastMathFlags, FastMathAttr.none) },
    traits: [Pure, ...traits, ...ElementwiseSame],
    assembly: "$lhs `,` $rhs (`fastmath` `` $fastmath^)? attr-dict `:` type($result)",
  });
}

/** Floating-point addition. */
export class AddF extends floatBinary("arith.addf", "Floating-point addition.", [Commutative]) {}

/** Floating-point subtraction. */
export class SubF extends floatBinary("arith.subf", "Floating-point subtraction.") {}

/** Floating-point multiplication. */
export class MulF extends floatBinary("arith.mulf", "Floating-point multiplication.", [
  Commutative,
]) {}

/** Floating-point division. */
export class DivF extends floatBinary("arith.divf", "Floating-point division.") {}

/** Floating-point remainder with the sign of the dividend, as C's `fmod`. */
export class RemF extends floatBinary(
  "arith.remf",
  "Floating-point remainder with the sign of the dividend, as C's `fmod`.",
) {}

/** The larger of two floats; NaN if one is NaN, and −0 < +0. */
export class MaximumF extends floatBinary(
  "arith.maximumf",
  "The larger of two floats; NaN if one is NaN, and −0 < +0.",
  [Commutative, Idempotent],
) {}

/** The smaller of two floats; NaN if one is NaN, and −0 < +0. */
export class MinimumF extends floatBinary(
  "arith.minimumf",
  "The smaller of two floats; NaN if one is NaN, and −0 < +0.",
  [Commutative, Idempotent],
) {}

/** The larger of two floats; the other one if one is NaN. */
export class MaxNumF extends floatBinary(
  "arith.maxnumf",
  "The larger of two floats; the other one if one is NaN.",
  [Commutative, Idempotent],
) {}

/** The smaller of two floats; the other one if one is NaN. */
export class MinNumF extends floatBinary(
  "arith.minnumf",
  "The smaller of two floats; the other one if one is NaN.",
  [Commutative, Idempotent],
) {}

/** Floating-point negation: flips the sign, of NaN and zero too. */
export class NegF extends defineOp("arith.negf", {
  summary: "Floating-point negation: flips the sign, of NaN and zero too.",
  operands: { input: operand(F) },
  results: { result: result(F) },
  attributes: { fastmath: defaultAttr(FastMathFlags, FastMathAttr.none) },
  traits: [Pure, ...ElementwiseSame],
  assembly: "$input (`fastmath` `` $fastmath^)? attr-dict `:` type($result)",
}) {}

// --- comparison and selection --------------------------------------------------------------------

/** Integer comparison. */
export class CmpI extends defineOp("arith.cmpi", {
  summary: "Integer comparison.",
  operands: { lhs: operand(I), rhs: operand(I) },
  results: { result: result(BoolLikeI) },
  attributes: { predicate: attr(CmpIPredicate) },
  traits: [Pure, Elementwise],
  assembly: "$predicate `,` $lhs `,` $rhs attr-dict `:` type($lhs)",
}) {}

/** Floating-point comparison, ordered or unordered. */
export class CmpF extends defineOp("arith.cmpf", {
  summary: "Floating-point comparison, ordered or unordered.",
  operands: { lhs: operand(F), rhs: operand(F) },
  results: { result: result(BoolLikeF) },
  attributes: {
    predicate: attr(CmpFPredicate),
    fastmath: defaultAttr(FastMathFlags, FastMathAttr.none),
  },
  traits: [Pure, Elementwise],
  assembly: "$predicate `,` $lhs `,` $rhs (`fastmath` `` $fastmath^)? attr-dict `:` type($lhs)",
}) {}

/** One of two values, whole by an i1 or element by element by a vector or tensor of i1. */
export class SelectOp extends defineOp("arith.select", {
  summary: "One of two values, by an i1 or element by element.",
  operands: { condition: operand(Condition), true_value: operand(T), false_value: operand(T) },
  results: { result: result(T) },
  traits: [Pure, Elementwise],
  parse: parseSelect,
  print: printSelect,
  verify: verifySelect,
}) {}

// --- casts ---------------------------------------------------------------------------------------

/** How the element types of a cast's operand and result must relate; a phrase for the error. */
interface CastRelation {
  readonly holds: (from: Type, to: Type) => boolean;
  readonly phrase: string;
}

const width = (t: Type): number => bitWidthOf(t) ?? 0;
const wider: CastRelation = {
  holds: (from, to) => width(to) > width(from),
  phrase: "the result must be wider than the operand",
};
const narrower: CastRelation = {
  holds: (from, to) => width(to) < width(from),
  phrase: "the result must be narrower than the operand",
};
const sameWidth: CastRelation = {
  holds: (from, to) => width(to) === width(from),
  phrase: "operand and result must have the same width",
};
const oneIndex: CastRelation = {
  holds: (from, to) => from instanceof IndexType !== to instanceof IndexType,
  phrase: "exactly one of operand and result must be `index`",
};
const unrelated: CastRelation = { holds: () => true, phrase: "" };

function verifyCast(relation: CastRelation): (op: Operation, report: Report) => void {
  return (op, report) => {
    const from = op.operand(0).type;
    const to = op.resultAt(0).type;
    if (relation.holds(elementTypeOf(from), elementTypeOf(to))) return;
    report(
      "arith.cast-types",
      `\`${op.name}\` cannot cast \`${from.toString()}\` to \`${to.toString()}\`: ${relation.phrase}`,
    );
  };
}

function cast(
  name: string,
  summary: string,
  from: TypeConstraint,
  to: TypeConstraint,
  relation: CastRelation,
) {
  return defineOp(name, {
    summary,
    operands: { in: operand(from) },
    results: { out: result(to) },
    traits: [Pure, SameOperandsAndResultShape, Elementwise],
    assembly: "$in attr-dict `:` type($in) `to` type($out)",
    verify: verifyCast(relation),
  });
}

/** Widens an integer, repeating the sign. */
export class ExtSI extends cast(
  "arith.extsi",
  "Widens an integer, repeating the sign.",
  SignlessIntegerLike,
  SignlessIntegerLike,
  wider,
) {}

/** Widens an integer with zeros. */
export class ExtUI extends cast(
  "arith.extui",
  "Widens an integer with zeros.",
  SignlessIntegerLike,
  SignlessIntegerLike,
  wider,
) {}

/** Narrows an integer to its low bits. */
export class TruncI extends defineOp("arith.trunci", {
  summary: "Narrows an integer to its low bits.",
  operands: { in: operand(SignlessIntegerLike) },
  results: { out: result(SignlessIntegerLike) },
  attributes: { overflowFlags: defaultAttr(OverflowFlags, OverflowAttr.none) },
  traits: [Pure, SameOperandsAndResultShape, Elementwise],
  assembly: "$in (`overflow` `` $overflowFlags^)? attr-dict `:` type($in) `to` type($out)",
  verify: verifyCast(narrower),
}) {}

/** Widens a float, exactly. */
export class ExtF extends defineOp("arith.extf", {
  summary: "Widens a float, exactly.",
  operands: { in: operand(FloatLike) },
  results: { out: result(FloatLike) },
  attributes: { fastmath: optionalAttr(FastMathFlags) },
  traits: [Pure, SameOperandsAndResultShape, Elementwise],
  assembly: "$in (`fastmath` `` $fastmath^)? attr-dict `:` type($in) `to` type($out)",
  verify: verifyCast(wider),
}) {}

/** Narrows a float, rounding to nearest even or as told. */
export class TruncF extends defineOp("arith.truncf", {
  summary: "Narrows a float, rounding to nearest even or as told.",
  operands: { in: operand(FloatLike) },
  results: { out: result(FloatLike) },
  attributes: {
    roundingmode: optionalAttr(RoundingMode),
    fastmath: optionalAttr(FastMathFlags),
  },
  traits: [Pure, SameOperandsAndResultShape, Elementwise],
  assembly:
    "$in ($roundingmode^)? (`fastmath` `` $fastmath^)? attr-dict `:` type($in) `to` type($out)",
  verify: verifyCast(narrower),
}) {}

/** Widens a float and multiplies it by the power of two in `scale`. */
export class ScalingExtF extends defineOp("arith.scaling_extf", {
  summary: "Widens a float and multiplies it by the power of two in `scale`.",
  operands: { in: operand(FloatLike), scale: operand(FloatLike) },
  results: { out: result(FloatLike) },
  attributes: { fastmath: optionalAttr(FastMathFlags) },
  traits: [Pure, SameOperandsAndResultShape, Elementwise],
  assembly:
    "$in `,` $scale (`fastmath` `` $fastmath^)? attr-dict `:` " +
    "type($in) `,` type($scale) `to` type($out)",
  verify: verifyCast(wider),
}) {}

/** Divides a float by the power of two in `scale` and narrows it. */
export class ScalingTruncF extends defineOp("arith.scaling_truncf", {
  summary: "Divides a float by the power of two in `scale` and narrows it.",
  operands: { in: operand(FloatLike), scale: operand(FloatLike) },
  results: { out: result(FloatLike) },
  attributes: {
    roundingmode: optionalAttr(RoundingMode),
    fastmath: optionalAttr(FastMathFlags),
  },
  traits: [Pure, SameOperandsAndResultShape, Elementwise],
  assembly:
    "$in `,` $scale ($roundingmode^)? (`fastmath` `` $fastmath^)? attr-dict `:` " +
    "type($in) `,` type($scale) `to` type($out)",
  verify: verifyCast(narrower),
}) {}

/** Signed integer to the nearest float. */
export class SIToFP extends cast(
  "arith.sitofp",
  "Signed integer to the nearest float.",
  SignlessIntegerLike,
  FloatLike,
  unrelated,
) {}

/** Unsigned integer to the nearest float. */
export class UIToFP extends cast(
  "arith.uitofp",
  "Unsigned integer to the nearest float.",
  SignlessIntegerLike,
  FloatLike,
  unrelated,
) {}

/** Float to signed integer, rounding towards zero; what does not fit is undefined. */
export class FPToSI extends cast(
  "arith.fptosi",
  "Float to signed integer, rounding towards zero; what does not fit is undefined.",
  FloatLike,
  SignlessIntegerLike,
  unrelated,
) {}

/** Float to unsigned integer, rounding towards zero; what does not fit is undefined. */
export class FPToUI extends cast(
  "arith.fptoui",
  "Float to unsigned integer, rounding towards zero; what does not fit is undefined.",
  FloatLike,
  SignlessIntegerLike,
  unrelated,
) {}

/** Between `index` and a signed integer: widens by the sign, narrows to the low bits. */
export class IndexCast extends cast(
  "arith.index_cast",
  "Between `index` and a signed integer: widens by the sign, narrows to the low bits.",
  IndexCastable,
  IndexCastable,
  oneIndex,
) {}

/** Between `index` and an unsigned integer: widens with zeros, narrows to the low bits. */
export class IndexCastUI extends cast(
  "arith.index_castui",
  "Between `index` and an unsigned integer: widens with zeros, narrows to the low bits.",
  IndexCastable,
  IndexCastable,
  oneIndex,
) {}

/** The same bits as another type of the same width. */
export class BitcastOp extends cast(
  "arith.bitcast",
  "The same bits as another type of the same width.",
  Bitcastable,
  Bitcastable,
  sameWidth,
) {}

/** Every operation of the dialect. */
export const arithOps = [
  ConstantOp,
  AddI,
  SubI,
  MulI,
  DivSI,
  DivUI,
  CeilDivSI,
  CeilDivUI,
  FloorDivSI,
  RemSI,
  RemUI,
  AndI,
  OrI,
  XOrI,
  ShLI,
  ShRSI,
  ShRUI,
  MaxSI,
  MinSI,
  MaxUI,
  MinUI,
  AddUIExtended,
  MulSIExtended,
  MulUIExtended,
  AddF,
  SubF,
  MulF,
  DivF,
  RemF,
  MaximumF,
  MinimumF,
  MaxNumF,
  MinNumF,
  NegF,
  CmpI,
  CmpF,
  SelectOp,
  ExtSI,
  ExtUI,
  TruncI,
  ExtF,
  TruncF,
  ScalingExtF,
  ScalingTruncF,
  SIToFP,
  UIToFP,
  FPToSI,
  FPToUI,
  IndexCast,
  IndexCastUI,
  BitcastOp,
] as const;

/** The value of an `arith.constant`, or of any constant attribute, if `value` is one. */
export function constantValueOf(op: Operation | undefined): Attribute | undefined {
  return op?.definition.hasTrait(ConstantLike) === true ? op.getAttr("value") : undefined;
}
