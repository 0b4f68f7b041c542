/**
 * Neighbouring parallel nests over the same range become one, so that what one writes is still in
 * a register or the cache when the next one reads it.
 *
 * ```mlir
 * scf.parallel (%i) = (%c0) to (%n) step (%c1) { … store %top[%i] }
 * scf.parallel (%i, %j) = (%c0, %c0) to (%n, %m) step (%c1, %c1) { … load %top[%i] … store %e[%i, %j] }
 * scf.parallel (%i) = (%c0) to (%n) step (%c1) { … scf.for %j … load %e[%i, %j] … }
 * // becomes, for one thread
 * %row = memref.alloc(%m)
 * scf.for %i = %c0 to %n step %c1 {
 *   …                                             // the value of %top
 *   scf.parallel (%j) = (%c0) to (%m) step (%c1) { … store %row[%j] }
 *   … scf.for %j … load %row[%j] …
 * }
 * ```
 *
 * Nests of the same rank that agree in all dimensions stay one `scf.parallel`. Buffers that only
 * such a loop uses shrink to what one iteration needs, or to a value.
 */
import { ConstantOp } from "@strata/arith";
import {
  Block,
  Builder,
  collect,
  dynamic,
  IntegerAttr,
  isMemoryEffectFree,
  type Operation,
  Region,
  type Value,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { Aliases } from "./alias.ts";
import { ApartBuffers } from "./apart.ts";
import { buildFor } from "./build.ts";
import { commonDims, mayFuse, sharesData } from "./fuse-loops/dependences.ts";
import { forwardStores, shrinkBuffers } from "./fuse-loops/buffers.ts";
import { For, Parallel, Reduce } from "./ops.ts";

/** Builds the loop around fused rows: its body gets the positions. */
export type RowLoop = (
  b: Builder,
  nest: Parallel,
  dims: number,
  prepare: (b: Builder) => void,
  body: (b: Builder, ivs: readonly Value[]) => void,
  finish: (b: Builder) => void,
) => void;

/** Rows one after the other. */
export const sequentialRows: RowLoop = (b, nest, dims, prepare, body, finish) => {
  prepare(b);
  const level = (d: number, ivs: readonly Value[]): void => {
    if (d === dims) {
      body(b, ivs);
      return;
    }
    const [lower, upper, step] = [nest.lowerBound, nest.upperBound, nest.step].map((g) => g[d]!);
    buildFor(b, lower!, upper!, step!, [], (iv) => level(d + 1, [...ivs, iv]));
  };
  level(0, []);
  finish(b);
};

/** Nests that run as one, over the dimensions they have in common. */
interface Group {
  readonly nests: Parallel[];
  dims: number;
}

/** Fuses the nests inside of an operation, in place. */
export function fuseLoops(root: Operation, rows: RowLoop = sequentialRows): void {
  foldExtents(root);
  const aliases = new Aliases();
  const apart = new ApartBuffers(root, aliases);
  const visit = (region: Region): void => {
    for (const block of region.blocks()) {
      for (const op of block.ops()) {
        if (!(op instanceof Parallel)) op.regions.forEach(visit);
      }
      for (const group of groupsOf(block, apart)) fuse(group, rows, aliases);
    }
  };
  root.regions.forEach(visit);
}

/** What may stand between nests: it does not touch memory that they share. */
function mayStandBetween(op: Operation): boolean {
  return (
    op instanceof memref.Alloc ||
    op instanceof memref.Dealloc ||
    op instanceof memref.Dim ||
    (op.regions.length === 0 && isMemoryEffectFree(op) && !op.definition.isTerminator)
  );
}

function groupsOf(block: Block, apart: ApartBuffers): Group[] {
  const groups: Group[] = [];
  let open: Group | undefined;
  for (const op of block.ops()) {
    if (op instanceof Parallel && op.initVals.length === 0) {
      if (open !== undefined && tryAdd(open, op, apart)) continue;
      open = { nests: [op], dims: op.lowerBound.length };
      groups.push(open);
    } else if (!mayStandBetween(op)) open = undefined;
  }
  return groups.filter((g) => g.nests.length > 1);
}

/** Whether rows of a nest use the same data, as in products of matrices: tiles serve it better. */
function isTileable(nest: Parallel, dims: number): boolean {
  return nest.lowerBound.length > dims && collect(nest, For).length > 0;
}

/** Extents of buffers that are made here are what they were made with. */
function foldExtents(root: Operation): void {
  for (const op of collect(root, memref.Dim)) {
    const made = op.source.definingOp;
    const index = op.index.definingOp;
    if (!(made instanceof memref.Alloc) || !(index instanceof ConstantOp)) continue;
    const d = index.value instanceof IntegerAttr ? Number(index.value.value) : -1;
    const { shape } = made.memref.type;
    if (shape[d] !== dynamic) continue;
    const before = shape.slice(0, d).filter((n) => n === dynamic).length;
    op.replaceWith([made.dynamicSizes[before]!]);
  }
}

function tryAdd(group: Group, nest: Parallel, apart: ApartBuffers): boolean {
  let dims = Math.min(group.dims, ...group.nests.map((g) => commonDims(g, nest)));
  while (dims > 0 && !group.nests.every((g) => mayFuse(g, nest, dims, apart))) dims--;
  if (
    dims === 0 ||
    [...group.nests, nest].some((n) => isTileable(n, dims)) ||
    !group.nests.some((g) => sharesData(g, nest))
  )
    return false;
  group.nests.push(nest);
  group.dims = dims;
  return true;
}

/** Moves everything between the nests that the later ones need in front of the first. */
function gather({ nests }: Group): void {
  const [first] = nests;
  const last = nests.at(-1)!;
  for (let op: Operation | null = first!.next; op !== null && op !== last;) {
    const { next }: Operation = op;
    if (!(op instanceof Parallel) && !(op instanceof memref.Dealloc)) op.moveBefore(first!);
    else if (op instanceof memref.Dealloc) op.moveAfter(last);
    op = next;
  }
}

/** Moves the body of a nest to where `b` inserts. */
function inlineBody(b: Builder, nest: Parallel, ivs: readonly Value[]): void {
  nest.inductionVars.forEach((v, d) => v.replaceAllUsesWith(ivs[d]!));
  const { reduce } = nest;
  reduce.remove();
  reduce.dropAllReferences();
  b.block.spliceBefore(nest.body, b.before);
}

function fuse(group: Group, rows: RowLoop, aliases: Aliases): void {
  gather(group);
  const { nests, dims } = group;
  const [first, ...others] = nests as [Parallel, ...Parallel[]];
  if (nests.every((n) => n.lowerBound.length === dims)) {
    const b = Builder.beforeTerminator(first.body);
    for (const nest of others) {
      inlineBody(b, nest, first.inductionVars);
      nest.erase();
    }
    forwardStores(first.body, aliases);
    return;
  }
  const b = Builder.before(first);
  b.location = first.location;
  const shrunk = shrinkBuffers(nests, dims);
  rows(
    b,
    first,
    dims,
    (at) => shrunk.allocate(at),
    (at, ivs) => {
      for (const nest of nests) {
        shrunk.redirect(nest);
        if (nest.lowerBound.length === dims) inlineBody(at, nest, ivs);
        else insertInner(at, nest, dims, ivs);
      }
      forwardStores(at.block, aliases);
    },
    (at) => shrunk.free(at),
  );
  for (const nest of nests) nest.erase();
  shrunk.erase();
}

/** A nest over the dimensions that are left, with the body of another. */
function insertInner(b: Builder, nest: Parallel, dims: number, ivs: readonly Value[]): void {
  const inner = b.insert(
    Parallel.of({
      lowerBound: nest.lowerBound.slice(dims),
      upperBound: nest.upperBound.slice(dims),
      step: nest.step.slice(dims),
      initVals: [],
      region: new Region([new Block(nest.inductionVars.slice(dims).map((v) => v.type))]),
    }),
  );
  const body = Builder.atEnd(inner.body);
  inlineBody(body, nest, [...ivs, ...inner.body.args]);
  body.insert(Reduce.of({ inputs: [], reductions: [] }));
}
