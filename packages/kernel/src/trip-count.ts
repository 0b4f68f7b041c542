/** How often loops run whose bounds are constants. */
import { IntegerAttr, type Operation, type Value } from "@strata/ir";

/** How often the body of a loop runs, if its bounds are constants. */
export function tripCount(op: Operation): number | undefined {
  if (op.name === "scf.for") return tripsOf(op.operand(0), op.operand(1), op.operand(2));
  if (op.name === "scf.parallel") {
    const [lower, upper, step] = [0, 1, 2].map((group) => op.operandGroup(group));
    let times = 1;
    for (const [k, from] of (lower ?? []).entries()) {
      const [to, by] = [upper?.[k], step?.[k]];
      if (to === undefined || by === undefined) return undefined;
      const own = tripsOf(from, to, by);
      if (own === undefined) return undefined;
      times *= own;
    }
    return times;
  }
  return undefined;
}

function tripsOf(lower: Value, upper: Value, step: Value): number | undefined {
  const [from, to, by] = [constantOf(lower), constantOf(upper), constantOf(step)];
  if (from === undefined || to === undefined || by === undefined || by <= 0) return undefined;
  return Math.max(0, Math.ceil((to - from) / by));
}

/** The value of an integer that is a constant; an i1 is 0 or 1. */
export function constantOf(value: Value): number | undefined {
  const op = value.definingOp;
  if (op?.name !== "arith.constant") return undefined;
  const attr = op.getAttr("value");
  return attr instanceof IntegerAttr ? Number(attr.value) : undefined;
}
