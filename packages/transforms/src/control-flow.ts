/** The edges of a region's control flow, seen from the blocks they lead to. */
import {
  type Block,
  type Branching,
  BranchInterface,
  type Operation,
  type Region,
} from "@strata/ir";

/** One way into a block. */
export interface Edge {
  readonly terminator: Operation;
  /** Which successor of the terminator it is. */
  readonly index: number;
  /** How operands are passed; undefined when the terminator does not say. */
  readonly branching: Branching | undefined;
}

/** The edges into each block of a region; blocks nobody branches to are left out. */
export function edgesOf(region: Region): Map<Block, Edge[]> {
  const edges = new Map<Block, Edge[]>();
  for (let b = region.firstBlock; b !== null; b = b.next) {
    const terminator = b.lastOp;
    if (terminator === null || terminator.successors.length === 0) continue;
    const branching = BranchInterface.of(terminator);
    terminator.successors.forEach((to, index) => {
      const edge = { terminator, index, branching };
      const list = edges.get(to);
      if (list === undefined) edges.set(to, [edge]);
      else list.push(edge);
    });
  }
  return edges;
}

/** The blocks that can be reached from the entry, the entry first. */
export function reachableBlocks(region: Region): Set<Block> {
  const seen = new Set<Block>();
  if (region.firstBlock === null) return seen;
  seen.add(region.firstBlock);
  // A set keeps the order of insertion, and what is added while it is iterated is visited too.
  for (const b of seen) for (const s of b.successors) seen.add(s);
  return seen;
}
