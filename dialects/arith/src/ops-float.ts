/** Floating-point arithmetic: one declaration for all binary operations. */
import {
  Commutative,
  defaultAttr,
  defineOp,
  Elementwise,
  FloatLike,
  Idempotent,
  operand,
  Pure,
  result,
  SameOperandsAndResultType,
  type Trait,
  typeVar,
} from "@strata/ir";
import { FastMathAttr, FastMathFlags } from "./attributes.ts";

const F = typeVar("T", FloatLike);

function floatBinary(name: string, summary: string, traits: readonly Trait[] = []) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(F), rhs: operand(F) },
    results: { result: result(F) },
    attributes: { fastmath: defaultAttr(FastMathFlags, FastMathAttr.none) },
    traits: [Pure, ...traits, SameOperandsAndResultType, Elementwise],
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
  traits: [Pure, SameOperandsAndResultType, Elementwise],
  assembly: "$input (`fastmath` `` $fastmath^)? attr-dict `:` type($result)",
}) {}
