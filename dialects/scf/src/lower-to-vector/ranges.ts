/** Ranges of loops: constant bounds are computed, others get arithmetic. */
import * as arith from "@strata/arith";
import { type Builder, IntegerAttr, type Operation, type Value } from "@strata/ir";
import { constantInteger } from "../constant-integer.ts";

/** Splits the range of a loop into a part that whole groups of lanes cover and the rest. */
export function mainUpperBound(b: Builder, lower: Value, upper: Value, group: number): Value {
  if (group === 1) return upper;
  const [lo, hi] = [constantInteger(lower), constantInteger(upper)];
  if (lo !== undefined && hi !== undefined) {
    const count = Math.max(0, hi - lo);
    return indexConstant(b, lo + (count - (count % group)));
  }
  const insert = (op: Operation): Value => b.insert(op).results[0]!;
  const difference = insert(arith.SubI.of({ lhs: upper, rhs: lower }));
  const count = insert(arith.MaxSI.of({ lhs: difference, rhs: indexConstant(b, 0) }));
  const rest = insert(arith.RemUI.of({ lhs: count, rhs: indexConstant(b, group) }));
  const whole = insert(arith.SubI.of({ lhs: count, rhs: rest }));
  return insert(arith.AddI.of({ lhs: lower, rhs: whole }));
}

/** `arith.constant n : index`. */
export function indexConstant(b: Builder, n: number): Value {
  return b.insert(arith.ConstantOp.of({ value: IntegerAttr.index(n) })).results[0]!;
}

/** Whether a range is known to be empty. */
export function isEmptyRange(lower: Value, upper: Value): boolean {
  const [lo, hi] = [constantInteger(lower), constantInteger(upper)];
  return lower === upper || (lo !== undefined && hi !== undefined && hi <= lo);
}
