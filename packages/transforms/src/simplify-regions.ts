/** What canonicalization does to blocks rather than to operations. */
import {
  type Block,
  Block as DetachedBlock,
  type Operation,
  type Region,
  type Value,
  walk,
} from "@strata/ir";
import { type RewriteListener, Rewriter } from "@strata/rewrite";
import { type Edge, edgesOf } from "./control-flow.ts";
import { eraseDeadCode } from "./dce.ts";

/**
 * Erases unreachable blocks, replaces arguments that always get the same value, and drops dead
 * ones. Returns whether anything has changed. Regions of one block are left to others.
 */
export function simplifyRegions(root: Operation, ...listeners: RewriteListener[]): boolean {
  const regions: Region[] = [];
  walk(root, (op) => {
    for (const r of op.regions) if (r.firstBlock !== null && !r.hasOneBlock) regions.push(r);
  });
  if (regions.length === 0) return false;
  const gone = eraseDeadCode(root, ...listeners);
  const rewriter = new Rewriter(new DetachedBlock(), null, listeners);
  // A region may have gone with the operation that held it; it has no use lists then.
  for (const r of regions) replaceRedundantArguments(r, rewriter);
  if (rewriter.changes > 0) eraseDeadCode(root, ...listeners);
  return rewriter.changes > 0 || gone.operations + gone.blocks + gone.blockArguments > 0;
}

/**
 * Where every branch to a block passes the same value for an argument, that value is read instead:
 *
 *     cf.cond_br %c, ^bb1(%x), ^bb2     ^bb2: cf.br ^bb1(%x)     →   %x in place of ^bb1's argument
 */
function replaceRedundantArguments(region: Region, rewriter: Rewriter): void {
  const edges = edgesOf(region);
  for (let changed = true; changed;) {
    changed = false;
    for (const [block, ways] of edges) {
      if (block === region.firstBlock) continue;
      for (const arg of block.args) {
        if (arg.isUnused) continue;
        const value = onlyValue(block, arg.index, ways);
        if (value === undefined) continue;
        rewriter.replaceAllUsesWith(arg, value);
        changed = true;
      }
    }
  }
}

/** The one value that all ways into a block pass for an argument, the argument itself left out. */
function onlyValue(block: Block, index: number, edges: readonly Edge[]): Value | undefined {
  const own = block.args[index];
  let only: Value | undefined;
  for (const { branching, terminator, index: successor } of edges) {
    const v = branching?.successorOperands(terminator, successor)[index];
    if (v === undefined) return undefined;
    if (v === own || v === only) continue;
    if (only !== undefined) return undefined;
    only = v;
  }
  return only;
}
