/** Comparison and selection. */
import {
  AnyType,
  attr,
  defaultAttr,
  defineOp,
  derived,
  Elementwise,
  FloatLike,
  operand,
  Pure,
  result,
  SignlessIntegerOrIndexLike,
  typeVar,
} from "@strata/ir";
import { CmpFPredicate, CmpIPredicate, FastMathAttr, FastMathFlags } from "./attributes.ts";
import { boolTypeLike, Condition } from "./constraints.ts";
import { parseSelect, printSelect, verifySelect } from "./select-syntax.ts";

const I = typeVar("T", SignlessIntegerOrIndexLike);
const F = typeVar("T", FloatLike);
const T = typeVar("T", AnyType);
const BoolLikeI = derived("i1 in the shape of the operands", I, boolTypeLike);
const BoolLikeF = derived("i1 in the shape of the operands", F, boolTypeLike);

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
