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
 * ```
 */
import * as arith from "@strata/arith";
import {
  BlockArgument,
  IntegerAttr,
  isMemoryEffectFree,
  type Operation,
  type Value,
  walk,
} from "@strata/ir";
import * as memref from "@strata/memref";
import type { ApartBuffers } from "./apart.ts";
import { For } from "./ops.ts";

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

/** The value of a constant. */
function known(v: Value): number | undefined {
  const op = v.definingOp;
  const a = op instanceof arith.ConstantOp ? op.value : undefined;
  return a instanceof IntegerAttr ? Number(a.value) : undefined;
}

/** Whether a value other than a constant is made inside of an operation's regions, or by it. */
function isDefinedIn(v: Value, op: Operation): boolean {
  const { definingOp } = v;
  if (definingOp instanceof arith.ConstantOp) return false;
  const owner = v instanceof BlockArgument ? v.owner.parentOp : definingOp;
  return owner !== null && owner !== undefined && (op === owner || op.isAncestorOf(owner));
}

/** Whether an operation, with everything inside of it, writes nothing. */
export function readsOnly(op: Operation): boolean {
  if (op instanceof memref.Load || op instanceof memref.Dim) return true;
  if (op.regions.length === 0) return op.definition.isTerminator || isMemoryEffectFree(op);
  return op.regions.every((r) => [...r.blocks()].every((b) => [...b.ops()].every(readsOnly)));
}
