/** The pass `reconcile-unrealized-casts`. */
import { Block } from "@strata/ir";
import { definePass } from "@strata/pass";
import { castsIn, reconcileCasts, Rewriter } from "@strata/rewrite";

/**
 * Removes casts of partial conversions that cancel out:
 *
 *     %1 = builtin.unrealized_conversion_cast %0 : i32 to f32
 *     %2 = builtin.unrealized_conversion_cast %1 : f32 to i32     →     uses of %2 read %0
 */
export const reconcileUnrealizedCasts = definePass("reconcile-unrealized-casts", {
  summary: "Remove casts of partial conversions that cancel out.",
  on: "any",
  preserves: ["dominance"],
  run(op, _, cx) {
    const casts = castsIn(op);
    const left = reconcileCasts(casts, new Rewriter(new Block()));
    if (left.length < casts.length) cx.count("removed", casts.length - left.length);
    return left.length < casts.length;
  },
});
