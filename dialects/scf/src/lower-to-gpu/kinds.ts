/** Operations whose order is free; on truth values, "differs" is one of them. */
import * as arith from "@strata/arith";
import { IntegerType, type Operation } from "@strata/ir";
import { reductionKind, type ReductionKind } from "../reduction.ts";

/** The kind of an associative and commutative operation; undefined for others. */
export function combiningKind(op: Operation): ReductionKind | undefined {
  if (op instanceof arith.CmpI) {
    const t = op.lhs.type;
    const isBit = t instanceof IntegerType && t.width === 1;
    return isBit && arith.CmpIPredicate.nameOf(op.predicate) === "ne" ? "xor" : undefined;
  }
  return reductionKind(op);
}
