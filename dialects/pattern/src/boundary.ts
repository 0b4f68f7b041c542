/** What a stencil reads outside of its inputs, as arithmetic on one index. */
import { walk, type Operation, type Region, type Value } from "@strata/ir";
import { AccessOp, type BoundaryKind, InsideOp, PositionOp } from "./ops.ts";

/** The index in 0…n−1 that stands for `i`, for the boundaries that remap; n ≥ 1. */
export function remapIndex(kind: BoundaryKind, i: number, n: number): number {
  if (i >= 0 && i < n) return i;
  switch (kind) {
    case "wrap":
      return ((i % n) + n) % n;
    case "reflect": {
      if (n === 1) return 0;
      const period = 2 * (n - 1);
      const r = ((i % period) + period) % period;
      return r < n ? r : period - r;
    }
    case "clamp":
    case "constant":
    case "copy":
      return Math.min(Math.max(i, 0), n - 1);
  }
}

/** How far the accesses of a stencil's body reach, per dimension: `low` ≤ 0 ≤ `high`. */
export interface Reach {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** The bounding box of the offsets that a body names, of all inputs or of some. */
export function reachOf(body: Region, rank: number, inputs?: readonly number[]): Reach {
  const low = new Array<number>(rank).fill(0);
  const high = new Array<number>(rank).fill(0);
  const windows = inputs?.map((i): Value | undefined => body.entry.args[i]);
  const visit = (op: Operation): void => {
    if (op instanceof AccessOp || op instanceof PositionOp || op instanceof InsideOp) {
      if (windows !== undefined && !windows.includes(op.window)) return;
      op.offsets.numbers.forEach((o, d) => {
        low[d] = Math.min(low[d]!, o);
        high[d] = Math.max(high[d]!, o);
      });
    }
  };
  for (const block of body.blocks()) for (const op of block.ops()) walk(op, visit);
  return { low, high };
}
