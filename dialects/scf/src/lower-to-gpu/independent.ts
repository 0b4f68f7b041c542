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
import { type Builder, isMemoryEffectFree, type Operation, type Value, walk } from "@strata/ir";
import * as memref from "@strata/memref";
import { ScalarCopy } from "../lower-to-vector/scalar-copy.ts";
import { For } from "../ops.ts";
import type { ApartBuffers } from "./apart.ts";
import { Code, type Idx, known } from "./code.ts";
import { readsOnly } from "./combine.ts";
import type { Kernel, Kernels, LaunchShape } from "./kernel.ts";
import { FoldingCopy } from "./folding-copy.ts";
import { isDefinedIn, positionAt } from "./nest.ts";
import { usualBlock } from "./target.ts";

/** Loops that can run all at once. */
export interface IndependentLoops {
  /** Loops whose numbers only select bounds of others. */
  readonly selectors: readonly For[];
  /** Loops over the points. */
  readonly points: readonly For[];
}

/** More selections than this are no slabs. */
const mostSelections = 64;

/** The loops as independent ones; undefined when iterations may depend on each other. */
export function tryIndependent(op: For, apart: ApartBuffers): IndependentLoops | undefined {
  const loops = chain(op);
  if (loops === undefined) return undefined;
  const { body } = loops[loops.length - 1]!;
  const stores: memref.Store[] = [];
  const loads: memref.Load[] = [];
  let isFine = true;
  for (const top of body.ops()) {
    walk(top, (o) => {
      if (o instanceof memref.Store) stores.push(o);
      else if (o instanceof memref.Load) loads.push(o);
      else if (o.regions.length === 0 && !readsOnly(o)) isFine = false;
    });
  }
  const [first] = stores;
  if (!isFine || first === undefined) return undefined;
  const sameIndices = (a: readonly Value[], b: readonly Value[]): boolean =>
    a.length === b.length && a.every((v, d) => v === b[d]);
  if (!stores.every((s) => sameIndices(s.indices, first.indices))) return undefined;
  const count = loops.findIndex((l) => first.indices.includes(l.inductionVar));
  if (count < 0) return undefined;
  const selectors = loops.slice(0, count);
  const points = loops.slice(count);
  if (!points.every((l) => first.indices.includes(l.inductionVar))) return undefined;
  if (!selectors.every(hasFewTrips) || !points.every((l) => known(l.step) !== undefined)) {
    return undefined;
  }
  const isRagged = points.some((l) =>
    [l.lowerBound, l.upperBound].some((v) => isDefinedIn(v, points[0]!)),
  );
  if (isRagged) return undefined;
  if (selectors.some((l) => usedBy(l.inductionVar, points[0]!))) return undefined;
  const independent = loads.every((l) =>
    stores.every((s) => apart.are(l.memref, s.memref) || sameIndices(l.indices, s.indices)),
  );
  return independent ? { selectors, points } : undefined;
}

/** Loops nested without carried values, with pure code around the inner ones. */
function chain(op: For): For[] | undefined {
  const loops = [op];
  for (let at = op; ;) {
    if (at.outs.length > 0 || at.inductionVar.type !== at.lowerBound.type) return undefined;
    const inner = [...at.body.ops()].filter((o) => o.regions.length > 0);
    const only = inner[0];
    if (inner.length !== 1 || !(only instanceof For) || only.outs.length > 0) return loops;
    const isPure = [...at.body.ops()].every(
      (o) => o === only || o === at.body.lastOp || isMemoryEffectFree(o),
    );
    if (!isPure) return loops;
    loops.push(only);
    at = only;
  }
}

function hasFewTrips(l: For): boolean {
  const [lower, upper, step] = [l.lowerBound, l.upperBound, l.step].map((v) => known(v));
  if (lower === undefined || upper === undefined || step === undefined) return false;
  return Math.ceil((upper - lower) / step) <= mostSelections;
}

/** Whether a value, or what is computed from it, is used inside of a loop's body. */
function usedBy(v: Value, loop: For, seen = new Set<Value>()): boolean {
  if (seen.has(v)) return false;
  seen.add(v);
  return v.users().some((u) => {
    if (loop.isAncestorOf(u) && u !== loop) {
      // Bounds of the loops inside may depend on it.
      return !(u instanceof For && [u.lowerBound, u.upperBound].includes(v as never));
    }
    return u !== loop && u.results.some((r) => usedBy(r, loop, seen));
  });
}

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
