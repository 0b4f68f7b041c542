/** Positions are not negative. */
import * as arith from "@strata/arith";
import { BlockArgument, type Value } from "@strata/ir";
import { For } from "../ops.ts";
import { known } from "./code.ts";

/** Whether a value is a position in a loop that starts at 0 or above, so that it is not negative. */
export function isPosition(v: Value): boolean {
  if (v instanceof BlockArgument) {
    const op = v.parentBlock.parentOp;
    if (!(op instanceof For) || op.inductionVar !== v) return false;
    return (known(op.lowerBound) ?? -1) >= 0;
  }
  const op = v.definingOp;
  return op instanceof arith.IndexCast && isPosition(op.in);
}
