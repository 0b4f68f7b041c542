/** Transformations of loops. */
import {
  attr,
  BoolAttr,
  defaultAttr,
  defineOp,
  I64Attr,
  IntegerAttr,
  operand,
  result,
} from "@strata/ir";
import { OpHandle } from "../types.ts";
import { verifyFactor } from "../verify.ts";

/** Repeats the body. */
export class LoopUnrollOp extends defineOp("transform.loop.unroll", {
  summary: "Repeats the body of `scf.for`; a second loop takes the remaining steps.",
  operands: { target: operand(OpHandle) },
  attributes: { factor: attr(I64Attr, "Steps of the old loop in one of the new.") },
  assembly: "$target attr-dict `:` type($target)",
  verify: verifyFactor,
}) {}

/** Two perfectly nested loops as one. */
export class LoopCoalesceOp extends defineOp("transform.loop.coalesce", {
  summary: "A perfect nest of `scf.for` as one loop over the product of the trip counts.",
  operands: { target: operand(OpHandle) },
  results: { transformed: result(OpHandle) },
  assembly: "$target attr-dict `:` functional-type($target, $transformed)",
}) {}

/** Splits off the steps that do not fill the step size. */
export class LoopPeelOp extends defineOp("transform.loop.peel", {
  summary: "Splits `scf.for` so that the step divides the first part's range; the rest follows.",
  operands: { target: operand(OpHandle) },
  results: { peeled_loop: result(OpHandle), remainder_loop: result(OpHandle) },
  attributes: {
    peel_front: defaultAttr(BoolAttr, IntegerAttr.bool(false), "Peels the first step instead."),
    fail_if_already_divisible: defaultAttr(
      BoolAttr,
      IntegerAttr.bool(false),
      "Refuses loops that need no second part.",
    ),
  },
  assembly: "$target attr-dict `:` functional-type(operands, results)",
  resultNames: () => ["peeled_loop", "remainder_loop"],
}) {}

/** The operations of this file. */
export const loopOps = [LoopUnrollOp, LoopCoalesceOp, LoopPeelOp] as const;
