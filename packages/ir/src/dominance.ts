/**
 * Dominance between blocks of a region and between values and their uses.
 * Source: Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm" (2001).
 */
import type { Block, Region } from "./block.ts";
import type { Operation } from "./operation.ts";
import type { Value } from "./value.ts";

interface RegionTree {
  /** Position in reverse post-order; unreachable blocks have none. */
  readonly order: Map<Block, number>;
  readonly idom: Block[];
}

/** Dominator trees of the regions asked for; valid until the control flow changes. */
export class Dominance {
  readonly #trees = new Map<Region, RegionTree>();

  #tree(region: Region): RegionTree {
    let t = this.#trees.get(region);
    if (t === undefined) this.#trees.set(region, (t = computeTree(region)));
    return t;
  }

  /** Forgets a region whose blocks or branches have changed. */
  invalidate(region: Region): void {
    this.#trees.delete(region);
  }

  isReachable(block: Block): boolean {
    if (block.parent === null || block.parent.hasOneBlock) return true;
    return this.#tree(block.parent).order.has(block);
  }

  /** The immediate dominator; undefined for the entry and unreachable blocks. */
  immediateDominator(block: Block): Block | undefined {
    if (block.parent === null) return undefined;
    const t = this.#tree(block.parent);
    const n = t.order.get(block);
    return n === undefined || n === 0 ? undefined : t.idom[n];
  }

  /** Whether every path to `b` passes through `a` (blocks of one region; reflexive). */
  blockDominates(a: Block, b: Block): boolean {
    if (a === b) return true;
    if (a.parent === null || a.parent !== b.parent) return false;
    const t = this.#tree(a.parent);
    const target = t.order.get(a);
    let n = t.order.get(b);
    if (n === undefined) return true;
    if (target === undefined) return false;
    while (n > target) n = t.order.get(t.idom[n]!)!;
    return n === target;
  }

  /** Whether `a` is executed before `b` on every path to `b`; `b` may be nested deeper. */
  properlyDominates(a: Operation, b: Operation): boolean {
    const home = a.parent;
    let inner: Operation | null = b;
    while (inner !== null && inner.parentRegion !== a.parentRegion) inner = inner.parentOp;
    if (inner === null || home === null || inner === a) return false;
    if (inner.parent === home) return home.isBefore(a, inner);
    return this.blockDominates(home, inner.parent!);
  }

  /** Whether a value is available at an operation. */
  valueDominates(value: Value, user: Operation): boolean {
    const def = value.definingOp;
    if (def !== undefined) return this.properlyDominates(def, user);
    const home = value.parentBlock;
    for (let op: Operation | null = user; op !== null; op = op.parentOp) {
      if (op.parentRegion === home?.parent) return this.blockDominates(home!, op.parent!);
    }
    return false;
  }
}

function computeTree(region: Region): RegionTree {
  const order = new Map<Block, number>();
  const entry = region.firstBlock;
  if (entry === null) return { order, idom: [] };
  const post: Block[] = [];
  const seen = new Set<Block>([entry]);
  const stack: { block: Block; next: number }[] = [{ block: entry, next: 0 }];
  while (stack.length > 0) {
    const f = stack[stack.length - 1]!;
    const successor = f.block.successors[f.next++];
    if (successor === undefined) {
      post.push(f.block);
      stack.pop();
    } else if (!seen.has(successor)) {
      seen.add(successor);
      stack.push({ block: successor, next: 0 });
    }
  }
  const blocks = post.reverse();
  blocks.forEach((b, i) => order.set(b, i));
  const predecessors: number[][] = blocks.map(() => []);
  blocks.forEach((b, i) => {
    for (const s of b.successors) predecessors[order.get(s)!]!.push(i);
  });
  const idom = new Int32Array(blocks.length).fill(-1);
  idom[0] = 0;
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 1; i < blocks.length; i++) {
      let best = -1;
      for (const p of predecessors[i]!) {
        if (idom[p] === -1) continue;
        if (best === -1) best = p;
        else {
          let [x, y] = [p, best];
          while (x !== y) {
            while (x > y) x = idom[x]!;
            while (y > x) y = idom[y]!;
          }
          best = x;
        }
      }
      if (idom[i] !== best) {
        idom[i] = best;
        changed = true;
      }
    }
  }
  return { order, idom: [...idom].map((i) => blocks[i]!) };
}
