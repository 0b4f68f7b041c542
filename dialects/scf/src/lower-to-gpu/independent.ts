/**
 * Counted loops whose iterations do not depend on each other, as the border of a stencil: every
 * point is written by at most one iteration of the inner loops, and what is written depends on the
 * point alone.
 *
 * ```mlir
 * scf.for %slab = %c0 to %c4 step %c1 {
 *   %lower = …  %upper = …                       // depend on %slab
 *   scf.for %i = %lower to %upper step %c1 {
 *     … memref.store %v, %out[%i] …
 * // becomes one launch: a slab along z, its points along x
 * ```
 */
import type { Builder, Operation } from "@strata/ir";
import { ScalarCopy } from "../lower-to-vector/scalar-copy.ts";
import type { ApartBuffers } from "../apart.ts";
import { type IndependentLoops, tryIndependent } from "../independent.ts";
import { For } from "../ops.ts";
import { Code, type Idx, known } from "./code.ts";
import type { Kernel, Kernels, LaunchShape } from "./kernel.ts";
import { FoldingCopy } from "./folding-copy.ts";
import { positionAt } from "./nest.ts";
import { usualBlock } from "./target.ts";

export { type IndependentLoops, tryIndependent };

/** Where the points of one selection lie. */
interface Box {
  readonly lower: readonly Idx[];
  readonly extents: readonly Idx[];
}

/** Emits the code in front of the point loops and gives their bounds. */
function boxOf(code: Code, loops: IndependentLoops, selection: readonly Idx[]): Box {
  const copy = new FoldingCopy(code);
  loops.selectors.forEach((l, i) => copy.define(l.inductionVar, code.value(selection[i]!)));
  const lower: Idx[] = [];
  const extents: Idx[] = [];
  for (const l of [...loops.selectors, ...loops.points]) {
    if (loops.points.includes(l)) {
      const [from, to] = [copy.get(l.lowerBound), copy.get(l.upperBound)];
      lower.push(from);
      extents.push(code.trips(from, to, l.step));
    }
    if (!loops.selectors.includes(l)) continue;
    for (const op of l.body.ops()) {
      if (op.regions.length === 0 && op !== l.body.lastOp) copy.emitOp(op);
    }
  }
  return { lower, extents };
}

/** Lowers the loops in front of themselves, in one launch. */
export function lowerIndependent(host: Builder, loops: IndependentLoops, kernels: Kernels): void {
  const code = new Code(host);
  const threads = usualBlock(kernels.target);
  const trips = loops.selectors.map((l) => known(code.trips(l.lowerBound, l.upperBound, l.step))!);
  const selections = trips.reduce((a, n) => a * n, 1);
  let most: Idx = 0;
  for (let s = 0; s < selections; s++) {
    const box = boxOf(code, loops, selectionAt(code, loops, trips, s));
    most = code.max(most, code.product(box.extents));
  }
  const shape: LaunchShape = {
    grid: [code.ceilDiv(most, threads), 1, selections],
    block: [threads, 1, 1],
    isParallel: true,
  };
  kernels.launch(host, "border", shape, (k) => emitPoints(k, loops, trips));
}

function selectionAt(code: Code, loops: IndependentLoops, trips: readonly number[], s: Idx): Idx[] {
  return positionAt(code, s, trips).map((p, i) => {
    const l = loops.selectors[i]!;
    return code.add(l.lowerBound, code.mul(p, l.step));
  });
}

/** Runs the points of this block's selection. */
function emitPoints(k: Kernel, loops: IndependentLoops, trips: readonly number[]): void {
  const { code } = k;
  const selection = selectionAt(code, loops, trips, k.block(2));
  const box = boxOf(code, loops, selection);
  const count = code.product(box.extents);
  const p = code.add(code.mul(k.block(0), k.threads), k.thread(0));
  code.if(code.compare("slt", p, count), () => {
    const copy = new ScalarCopy(code.b, (v) => v);
    const at = positionAt(code, p, box.extents);
    const ivs = loops.points.map((l, d) => code.add(box.lower[d]!, code.mul(at[d]!, l.step)));
    loops.points.forEach((l, d) => {
      copy.define(l.inductionVar, code.value(ivs[d]!));
      for (const op of l.body.ops()) {
        if (op !== l.body.lastOp && op !== loops.points[d + 1]) copy.emitOp(op);
      }
    });
  });
}

/** Whether an operation stands for independent loops worth a launch. */
export function isIndependent(op: Operation, apart: ApartBuffers): boolean {
  return op instanceof For && tryIndependent(op, apart) !== undefined;
}
