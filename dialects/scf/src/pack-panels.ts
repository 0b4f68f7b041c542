/**
 * Products of matrices column by column in panels: the part of an operand that belongs to a panel of
 * columns is copied together once and then used for every row, out of a near cache.
 *
 * ```mlir
 * scf.parallel (%i, %j) = (%c0, %c0) to (%m, %n) step (%c1, %c1) {
 *   %s = scf.for %p … { … %a[%i, %p] … %b[%p, %j] … }
 *   memref.store %s, %c[%i, %j]
 * }
 * // becomes, for one thread
 * %panel = memref.alloc(%k) : memref<?x32xf32>
 * scf.for %j0 = %c0 to %n step %c32 {
 *   %width = min(%c32, %n - %j0)
 *   scf.parallel (%p, %j) = (%c0, %c0) to (%k, %width) … { %panel[%p, %j] = %b[%p, %j0 + %j] }
 *   scf.parallel (%i, %j) = (%c0, %c0) to (%m, %width) … {
 *     … %a[%i, %p] … %panel[%p, %j] …
 *     memref.store %s, %c[%i, %j0 + %j]
 *   }
 * }
 * ```
 *
 * Every result is still combined in the order of `%p`.
 */
import * as arith from "@strata/arith";
import {
  Builder,
  collect,
  dynamic,
  elementTypeOf,
  FloatType,
  IntegerAttr,
  IntegerType,
  MemRefType,
  type Operation,
  type Value,
  walk,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { Aliases, accessOf } from "./alias.ts";
import { ApartBuffers } from "./apart.ts";
import { buildFor, buildParallel } from "./build.ts";
import { readsOnly } from "./independent.ts";
import { For, Parallel } from "./ops.ts";

/** Columns of a panel: with usual depths it fits the second cache, and rows of it few vectors. */
const panelWidth = 32;

/** Builds the loop over panels: `prepare` and `finish` run once for each thread. */
export type PanelLoop = (
  b: Builder,
  nest: Parallel,
  bounds: { readonly lower: Value; readonly upper: Value; readonly step: Value },
  prepare: (b: Builder) => void,
  body: (b: Builder, start: Value) => void,
  finish: (b: Builder) => void,
) => void;

/** Panels one after the other. */
export const sequentialPanels: PanelLoop = (b, _nest, bounds, prepare, body, finish) => {
  prepare(b);
  buildFor(b, bounds.lower, bounds.upper, bounds.step, [], (start) => body(b, start));
  finish(b);
};

/** A product of matrices, and what of it is packed. */
interface Product {
  readonly nest: Parallel;
  readonly loop: For;
  readonly packed: readonly memref.Load[];
}

const isOne = (v: Value): boolean => {
  const op = v.definingOp;
  return op instanceof arith.ConstantOp && op.value instanceof IntegerAttr && op.value.value === 1n;
};

const isOutside = (v: Value, nest: Operation): boolean => {
  const owner = v.definingOp ?? v.parentBlock?.parentOp ?? undefined;
  return owner !== undefined && owner !== nest && !nest.isAncestorOf(owner);
};

/** A number that has bytes of its own. */
function isPackable(load: memref.Load): boolean {
  const t = elementTypeOf(load.memref.type);
  return t instanceof FloatType || (t instanceof IntegerType && t.width % 8 === 0);
}

/** A nest as a product; undefined when it is none. */
function tryProduct(nest: Parallel, apart: ApartBuffers): Product | undefined {
  if (nest.inductionVars.length !== 2 || nest.initVals.length > 0) return undefined;
  if (!nest.step.every(isOne)) return undefined;
  const nested = [...nest.body.ops()].filter((o) => o.regions.some((r) => !r.isEmpty));
  const loop = nested.find((o) => o instanceof For);
  if (loop === undefined || nested.length !== 1 || loop.outs.length === 0) return undefined;
  if (!isOne(loop.step) || ![loop.lowerBound, loop.upperBound].every((v) => isOutside(v, nest))) {
    return undefined;
  }
  const [i, j]: readonly Value[] = nest.inductionVars;
  const p: Value = loop.inductionVar;
  const packed: memref.Load[] = [];
  let hasRows = false;
  for (const op of loop.body.ops()) {
    if (op.regions.length > 0 || !readsOnly(op)) return undefined;
    if (!(op instanceof memref.Load)) continue;
    const uses = (v: Value): boolean => op.indices.includes(v);
    if (uses(i!) && uses(p) && !uses(j!)) hasRows = true;
    if (op.indices.length !== 2 || !uses(p) || !uses(j!) || !isOutside(op.memref, nest)) continue;
    if (isPackable(op)) packed.push(op);
  }
  if (!hasRows || packed.length === 0) return undefined;
  let isApart = true;
  walk(nest, (op) => {
    const a = accessOf(op);
    if (a?.writes === true) isApart &&= packed.every((l) => apart.are(l.memref, a.buffer));
  });
  return isApart ? { nest, loop, packed } : undefined;
}

/** Moves constants and extents of buffers from outside in front of a nest. */
function hoistExtents(nest: Parallel): void {
  for (const op of nest.body.ops()) {
    const isPlain = op instanceof arith.ConstantOp || op instanceof memref.Dim;
    if (isPlain && op.operands.every((v) => isOutside(v, nest))) op.moveBefore(nest);
  }
}

/** Packs panels of the products inside of an operation, in place. */
export function packPanels(root: Operation, panels: PanelLoop = sequentialPanels): void {
  const apart = new ApartBuffers(root, new Aliases());
  for (const nest of collect(root, Parallel)) {
    if (nest.parentOfType(Parallel) !== undefined) continue;
    hoistExtents(nest);
    const product = tryProduct(nest, apart);
    if (product !== undefined) pack(product, panels);
  }
}

function pack({ nest, loop, packed }: Product, panels: PanelLoop): void {
  // The nest moves: what is built stands in front of what follows it.
  const b = Builder.before(nest.next!);
  b.location = nest.location;
  const constant = (at: Builder, n: number): Value =>
    at.insert(arith.ConstantOp.of({ value: IntegerAttr.index(n) })).result;
  const sub = (at: Builder, lhs: Value, rhs: Value): Value =>
    at.insert(arith.SubI.of({ lhs, rhs })).result;
  const add = (at: Builder, lhs: Value, rhs: Value): Value =>
    at.insert(arith.AddI.of({ lhs, rhs })).result;
  const zero = constant(b, 0);
  const one = constant(b, 1);
  const width = constant(b, panelWidth);
  const difference = sub(b, loop.upperBound, loop.lowerBound);
  const depth = b.insert(arith.MaxSI.of({ lhs: difference, rhs: zero })).result;
  const [rows, columns] = [0, 1].map((d) => [nest.lowerBound[d]!, nest.upperBound[d]!] as const);
  const buffers: Value[] = [];
  const prepare = (at: Builder): void => {
    for (const load of packed) {
      const type = MemRefType.get([dynamic, panelWidth], elementTypeOf(load.memref.type));
      const alloc = memref.Alloc.of(
        { dynamicSizes: [depth], symbolOperands: [] },
        { types: { memref: type } },
      );
      buffers.push(at.insert(alloc).memref);
    }
  };
  const finish = (at: Builder): void => {
    for (const buffer of buffers) at.insert(memref.Dealloc.of({ memref: buffer }));
  };
  const j: Value = nest.inductionVars[1]!;
  const body = (at: Builder, start: Value): void => {
    const left = sub(at, columns![1], start);
    const here = at.insert(arith.MinSI.of({ lhs: width, rhs: left })).result;
    packed.forEach((load, n) => {
      const box = { lower: [zero, zero], upper: [depth, here], step: [one, one] };
      buildParallel(at, box, [], ([q, c]) => {
        const p = add(at, loop.lowerBound, q!);
        const column = add(at, start, c!);
        const indices = load.indices.map((v) => (v === j ? column : p));
        const value = at.insert(memref.Load.of({ memref: load.memref, indices })).result;
        at.insert(memref.Store.of({ value, memref: buffers[n]!, indices: [q!, c!] }));
      });
    });
    // The nest itself goes on to work on the panel.
    packed.forEach((load, n) => {
      const inner = Builder.before(load);
      const q = sub(inner, loop.inductionVar, loop.lowerBound);
      load.setOperands([buffers[n]!, q, j]);
    });
    const first = nest.body.firstOp!;
    const column = add(Builder.before(first), start, j);
    j.replaceUsesIf(
      column,
      ({ owner }) => owner !== column.definingOp && !packed.includes(owner as never),
    );
    nest.remove();
    at.insert(nest);
    nest.setOperandGroup(0, [rows![0], zero]);
    nest.setOperandGroup(1, [rows![1], here]);
  };
  const bounds = { lower: columns![0], upper: columns![1], step: width };
  panels(b, nest, bounds, prepare, body, finish);
}
