/**
 * Casts: one declaration for all that differ in their types only, with a check of how the element
 * types relate.
 */
import {
  bitWidthOf,
  defaultAttr,
  defineOp,
  Elementwise,
  elementTypeOf,
  FloatLike,
  IndexType,
  operand,
  type Operation,
  optionalAttr,
  Pure,
  type Report,
  result,
  SameOperandsAndResultShape,
  SignlessIntegerLike,
  type Type,
  type TypeConstraint,
} from "@strata/ir";
import { FastMathFlags, OverflowAttr, OverflowFlags, RoundingMode } from "./attributes.ts";
import { Bitcastable, IndexCastable } from "./constraints.ts";

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
