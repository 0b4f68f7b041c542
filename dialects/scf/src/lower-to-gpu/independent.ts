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
import { ScalarCopy } from "../scalar-copy.ts";
import type { ApartBuffers } from "../apart.ts";
import { type IndependentLoops, tryIndependent } from "../independent.ts";
import { For, type Parallel } from "../ops.ts";
import { Code, type Idx, known } from "./code.ts";
import type { Kernels, LaunchShape } from "./kernel.ts";
import { FoldingCopy } from "./folding-copy.ts";
import { positionAt } from "./nest.ts";
import { usualBlock } from "./target.ts";

export { type IndependentLoops, tryIndependent };

/** Where the points of one selection lie. */
interface Box {
  readonly lower: readonly Idx[];
  readonly upper: readonly Idx[];
  readonly extents: readonly Idx[];
}

/** Emits the code in front of the point loops and gives their bounds. */
function boxOf(code: Code, loops: IndependentLoops, selection: readonly Idx[]): Box {
  const copy = new FoldingCopy(code);
  loops.selectors.forEach((l, i) => copy.define(l.inductionVar, code.value(selection[i]!)));
  const lower: Idx[] = [];
  const upper: Idx[] = [];
  const extents: Idx[] = [];
  for (const l of [...loops.selectors, ...loops.points]) {
    if (loops.points.includes(l)) {
      const [from, to] = [copy.get(l.lowerBound), copy.get(l.upperBound)];
      lower.push(from);
      upper.push(to);
      extents.push(code.trips(from, to, l.step));
    }
    if (!loops.selectors.includes(l)) continue;
    for (const op of l.body.ops()) {
      if (op.regions.length === 0 && op !== l.body.lastOp) copy.emitOp(op);
    }
  }
  return { lower, upper, extents };
}

/** The blocks that the points of all selections take. */
export interface PointBlocks {
  readonly selections: number;
  /** Blocks for the largest selection. */
  readonly each: Idx;
}

function tripsOf(code: Code, loops: IndependentLoops): number[] {
  return loops.selectors.map((l) => known(code.trips(l.lowerBound, l.upperBound, l.step))!);
}

/** How many blocks of so many threads the points take, computed by the host. */
export function pointBlocks(code: Code, loops: IndependentLoops, threads: number): PointBlocks {
  const trips = tripsOf(code, loops);
  const selections = trips.reduce((a, n) => a * n, 1);
  let most: Idx = 0;
  for (let s = 0; s < selections; s++) {
    const box = boxOf(code, loops, selectionAt(code, loops, trips, s));
    most = code.max(most, code.product(box.extents));
  }
  return { selections, each: code.ceilDiv(most, threads) };
}

/** Whether every selection's points lie outside of a parallel loop's, in one dimension or another. */
export function liesOutside(code: Code, loops: IndependentLoops, op: Parallel): boolean {
  const trips = tripsOf(code, loops);
  const selections = trips.reduce((a, n) => a * n, 1);
  if (loops.points.length !== op.lowerBound.length) return false;
  const isBelow = (a: Idx, b: Idx): boolean => {
    const [x, y] = [known(a), known(b)];
    return a === b || (x !== undefined && y !== undefined && x <= y);
  };
  for (let s = 0; s < selections; s++) {
    const { lower, upper } = boxOf(code, loops, selectionAt(code, loops, trips, s));
    const apart = lower.some(
      (l, d) => isBelow(upper[d]!, op.lowerBound[d]!) || isBelow(op.upperBound[d]!, l),
    );
    if (!apart) return false;
  }
  return true;
}

/** Lowers the loops in front of themselves, in one launch. */
export function lowerIndependent(host: Builder, loops: IndependentLoops, kernels: Kernels): void {
  const threads = usualBlock(kernels.target);
  const { each, selections } = pointBlocks(new Code(host), loops, threads);
  const shape: LaunchShape = {
    grid: [each, 1, selections],
    block: [threads, 1, 1],
    isParallel: true,
  };
  kernels.launch(host, "border", shape, (k) => {
    const point = k.code.add(k.code.mul(k.block(0), threads), k.thread(0));
    emitPoint(k.code, loops, k.block(2), point);
  });
}

function selectionAt(code: Code, loops: IndependentLoops, trips: readonly number[], s: Idx): Idx[] {
  return positionAt(code, s, trips).map((p, i) => {
    const l = loops.selectors[i]!;
    return code.add(l.lowerBound, code.mul(p, l.step));
  });
}

/** Runs a point of a selection, if the selection has so many. */
export function emitPoint(code: Code, loops: IndependentLoops, selected: Idx, p: Idx): void {
  const selection = selectionAt(code, loops, tripsOf(code, loops), selected);
  const box = boxOf(code, loops, selection);
  const count = code.product(box.extents);
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
