/** Integers that are known. */
import * as arith from "@strata/arith";
import { IntegerAttr, type Value } from "@strata/ir";

/** The value of a constant integer or index. */
export function constantInteger(v: Value): number | undefined {
  const op = v.definingOp;
  const a = op instanceof arith.ConstantOp ? op.value : undefined;
  return a instanceof IntegerAttr ? Number(a.value) : undefined;
}
