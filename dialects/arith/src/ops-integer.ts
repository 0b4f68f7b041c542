/**
 * Integer arithmetic: one declaration for each family; what differs within a family is the name and
 * the traits.
 */
import {
  Commutative,
  defaultAttr,
  defineOp,
  derived,
  Elementwise,
  Idempotent,
  operand,
  Pure,
  result,
  SameOperandsAndResultType,
  SignlessIntegerOrIndexLike,
  type Trait,
  typeVar,
  unitAttr,
} from "@strata/ir";
import { OverflowAttr, OverflowFlags } from "./attributes.ts";
import { boolTypeLike } from "./constraints.ts";

const I = typeVar("T", SignlessIntegerOrIndexLike);
const BoolLikeI = derived("i1 in the shape of the operands", I, boolTypeLike);

function integerBinary(name: string, summary: string, traits: readonly Trait[] = [Pure]) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(I), rhs: operand(I) },
    results: { result: result(I) },
    traits: [...traits, SameOperandsAndResultType, Elementwise],
    assembly: "$lhs `,` $rhs attr-dict `:` type($result)",
  });
}

function overflowingBinary(name: string, summary: string, traits: readonly Trait[] = [Pure]) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(I), rhs: operand(I) },
    results: { result: result(I) },
    attributes: { overflowFlags: defaultAttr(OverflowFlags, OverflowAttr.none) },
    traits: [...traits, SameOperandsAndResultType, Elementwise],
    assembly: "$lhs `,` $rhs (`overflow` `` $overflowFlags^)? attr-dict `:` type($result)",
  });
}

function exactBinary(name: string, summary: string, traits: readonly Trait[] = [Pure]) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(I), rhs: operand(I) },
    results: { result: result(I) },
    attributes: { isExact: unitAttr("The remainder is promised to be zero.") },
    traits: [...traits, SameOperandsAndResultType, Elementwise],
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
    traits: [Pure, Commutative, SameOperandsAndResultType, Elementwise],
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
