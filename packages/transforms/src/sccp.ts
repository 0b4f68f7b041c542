/**
 * Sparse conditional constant propagation: values that are one constant on every path that can be
 * taken are replaced by it. What is then dead is left to other passes.
 */
import { Constants } from "@strata/analysis";
import { type Dialect, type Operation, type Value, walk } from "@strata/ir";
import { definePass } from "@strata/pass";
import { materializeConstant, Rewriter } from "@strata/rewrite";

/** Replaces the values inside of `root` that are known to be constant; returns how many. */
export function propagateConstants(root: Operation, dialects: readonly Dialect[] = []): number {
  const constants = new Constants(root);
  const known: Value[] = [];
  walk(root, (op) => {
    if (op.definition.constantSlot < 0) known.push(...op.results);
    for (const region of op.regions) for (const b of region.blocks()) known.push(...b.args);
  });
  let replaced = 0;
  for (const value of known) {
    const attr = value.isUnused ? undefined : constants.constantOf(value);
    if (attr === undefined) continue;
    const def = value.definingOp;
    const block = def?.parent ?? ("owner" in value ? (value.owner as Operation["parent"]) : null);
    const owner = def ?? block?.parent?.parent;
    const first = block?.firstOp;
    if (!owner || !block || !first) continue;
    const made = materializeConstant(owner, attr, value.type, dialects);
    if (made === undefined) continue;
    const rewriter = new Rewriter(block, def?.next ?? first);
    rewriter.location = owner.location;
    rewriter.replaceAllUsesWith(value, rewriter.insert(made).results[0]!);
    replaced++;
  }
  return replaced;
}

/** The pass `sccp`. */
export const sccp = definePass("sccp", {
  summary: "Replace values that are constant on every path that can be taken.",
  on: "any",
  run(op, _, cx) {
    const replaced = propagateConstants(op, [...(cx.context?.dialects.values() ?? [])]);
    if (replaced > 0) cx.count("replaced", replaced);
    return replaced > 0;
  },
});
