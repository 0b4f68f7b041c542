/** Passes that look at a module, or take away what only says where it came from. */
import { type Operation, unknownLoc, walk } from "@strata/ir";
import { definePass } from "@strata/pass";

/** Forgets the locations of `root` and of everything inside. */
export function stripLocations(root: Operation): void {
  walk(root, (op) => {
    op.location = unknownLoc;
  });
}

/** The pass `strip-debuginfo`. */
export const stripDebugInfo = definePass("strip-debuginfo", {
  summary: "Forget where operations came from.",
  on: "any",
  run(op) {
    stripLocations(op);
  },
});

/** How many operations of each kind are inside of `root`, by name. */
export function countOperations(root: Operation): Map<string, number> {
  const counts = new Map<string, number>();
  walk(root, (op) => {
    counts.set(op.name, (counts.get(op.name) ?? 0) + 1);
  });
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The pass `print-op-stats`: its statistics are the counts. */
export const printOpStats = definePass("print-op-stats", {
  summary: "Count the operations of each kind; the pass's statistics tell.",
  on: "any",
  run(op, _, cx) {
    for (const [name, n] of countOperations(op)) cx.count(name, n);
    return false;
  },
});
