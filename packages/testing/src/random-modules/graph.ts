/** Random control-flow graphs: successors of numbered blocks, and which dominate which. */
import type { Tape } from "./tape.ts";

/** A graph; block 0 is the entry, which nothing branches to. */
export interface ControlFlowGraph {
  readonly successors: readonly (readonly number[])[];
  /** Blocks that dominate each one, itself left out; empty where it cannot be reached. */
  readonly dominators: readonly (readonly number[])[];
}

/** Blocks that every path from the entry to each block passes. */
function dominatorsOf(successors: readonly (readonly number[])[]): number[][] {
  const n = successors.length;
  const reach = (without: number): Set<number> => {
    const seen = new Set<number>(without === 0 ? [] : [0]);
    for (const b of seen) for (const s of successors[b]!) if (s !== without) seen.add(s);
    return seen;
  };
  const all = reach(-1);
  const dominators: number[][] = Array.from({ length: n }, () => []);
  for (let d = 0; d < n; d++) {
    if (!all.has(d)) continue;
    const others = reach(d);
    for (const b of all) if (b !== d && !others.has(b)) dominators[b]!.push(d);
  }
  return dominators;
}

/** A graph of up to `most` blocks; now and then with ways back, or blocks nothing leads to. */
export function graphFrom(tape: Tape, most: number): ControlFlowGraph {
  const n = tape.int(1, most);
  const successors = Array.from({ length: n }, (_, b) => {
    const isLast = b === n - 1;
    const count = n === 1 || (isLast && !tape.chance(3)) ? 0 : tape.int(0, 3);
    const targets: number[] = [];
    for (let k = 0; k < count; k++) {
      const forwards = !isLast && !tape.chance(5);
      targets.push(forwards ? tape.int(b + 1, Math.min(n - 1, b + 3)) : tape.int(1, n - 1));
    }
    // Most blocks lead somewhere.
    if (count === 0 && !isLast && !tape.chance(6)) targets.push(b + 1);
    return targets;
  });
  return { successors, dominators: dominatorsOf(successors) };
}
