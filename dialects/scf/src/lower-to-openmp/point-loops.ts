/**
 * Nests of counted loops over points that do not depend on each other, such as the border of a
 * stencil, dealt out to threads. Loops around that only choose the points' bounds stay as they are.
 */
import { ConstantOp } from "@strata/arith";
import { Builder, cloneOp, IndexType, type Value } from "@strata/ir";
import type { IndependentLoops } from "../independent.ts";
import { buildTeamLoop } from "./team.ts";

/** Replaces the loops over the points; `condition` decides whether a team is worth its start. */
export function sharePoints(
  { points }: IndependentLoops,
  condition: (b: Builder) => Value | undefined,
): boolean {
  const [first] = points;
  if (first === undefined || points.some((l) => !(l.inductionVar.type instanceof IndexType))) {
    return false;
  }
  const shared = points.slice(0, Math.max(1, points.length - 1));
  const b = Builder.before(first);
  b.location = first.location;
  // Constants may stand inside of the loops.
  const outside = (v: Value): Value => {
    const op = v.definingOp;
    return op instanceof ConstantOp && first.isAncestorOf(op) ? b.insert(cloneOp(op)).result : v;
  };
  const bounds = {
    lower: shared.map((l) => outside(l.lowerBound)),
    upper: shared.map((l) => outside(l.upperBound)),
    step: shared.map((l) => outside(l.step)),
  };
  buildTeamLoop(b, bounds, condition(b), (inner, ivs) => {
    shared.forEach((loop, d) => {
      loop.inductionVar.replaceAllUsesWith(ivs[d]!);
      const next = shared[d + 1];
      for (const op of loop.body.ops()) {
        if (op === loop.body.lastOp || op === next) continue;
        op.remove();
        inner.insert(op);
      }
    });
  });
  first.replaceWith([]);
  return true;
}
