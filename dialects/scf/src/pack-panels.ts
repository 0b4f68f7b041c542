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
 * Every result is still combined in the order of `%p`. Where the sum is stored as it is, long ranges
 * of `%p` are cut as well, and each part goes on with what the one before has stored.
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

/** Columns of a panel: few vectors. */
const panelWidth = 32;
/** Rows of a panel where sums can be left half done, so that it fits the second cache. */
const panelDepth = 1024;

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
  /** Stores the only sum as it is, so that it can be gone on with later. */
  readonly store: memref.Store | undefined;
}

/** The store of a sum that nothing else uses, at the point of the nest. */
function storeOfSum(nest: Parallel, loop: For): memref.Store | undefined {
  const [sum, ...more] = loop.outs;
  const users = sum?.users() ?? [];
  const [store] = users;
  const stores = collect(nest, memref.Store);
  if (more.length > 0 || users.length !== 1 || stores.length !== 1) return undefined;
  if (!(store instanceof memref.Store) || store.value !== sum) return undefined;
  const isPoint = nest.inductionVars.every((v) => store.indices.includes(v));
  const reads = collect(nest, memref.Load).some((l) => l.memref === store.memref);
  return isPoint && store.indices.length === 2 && !reads ? store : undefined;
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
  return isApart ? { nest, loop, packed, store: storeOfSum(nest, loop) } : undefined;
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

function constant(b: Builder, n: number): Value {
  return b.insert(arith.ConstantOp.of({ value: IntegerAttr.index(n) })).result;
}

const sub = (b: Builder, lhs: Value, rhs: Value): Value =>
  b.insert(arith.SubI.of({ lhs, rhs })).result;
const add = (b: Builder, lhs: Value, rhs: Value): Value =>
  b.insert(arith.AddI.of({ lhs, rhs })).result;
const min = (b: Builder, lhs: Value, rhs: Value): Value =>
  b.insert(arith.MinSI.of({ lhs, rhs })).result;

/** A range of `p` and one of columns. */
interface Panel {
  readonly from: Value;
  readonly depth: Value;
  readonly start: Value;
  readonly width: Value;
}

/** Copies the panel's part of each packed operand. */
function copyPanel(
  b: Builder,
  { nest, packed }: Product,
  panel: Panel,
  buffers: readonly Value[],
): void {
  const zero = constant(b, 0);
  const one = constant(b, 1);
  const j: Value = nest.inductionVars[1]!;
  packed.forEach((load, n) => {
    const box = { lower: [zero, zero], upper: [panel.depth, panel.width], step: [one, one] };
    buildParallel(b, box, [], ([q, c]) => {
      const p = add(b, panel.from, q!);
      const column = add(b, panel.start, c!);
      const indices = load.indices.map((v) => (v === j ? column : p));
      const value = b.insert(memref.Load.of({ memref: load.memref, indices })).result;
      b.insert(memref.Store.of({ value, memref: buffers[n]!, indices: [q!, c!] }));
    });
  });
}

/** Moves the nest to where `b` inserts, to work on a panel. */
function moveNest(b: Builder, product: Product, panel: Panel, buffers: readonly Value[]): void {
  const { nest, loop, packed, store } = product;
  const j: Value = nest.inductionVars[1]!;
  packed.forEach((load, n) => {
    const q = sub(Builder.before(load), loop.inductionVar, panel.from);
    load.setOperands([buffers[n]!, q, j]);
  });
  const at = Builder.before(nest.body.firstOp!);
  const column = add(at, panel.start, j);
  for (const use of j.uses()) {
    const isOwn = use.owner === column.definingOp || packed.some((l) => l === use.owner);
    if (!isOwn) use.set(column);
  }
  if (store !== undefined) {
    // Go on with what the panels before have left.
    const before = Builder.before(loop);
    const old = before.insert(memref.Load.of({ memref: store.memref, indices: store.indices }));
    const predicate = arith.CmpIPredicate.attr("eq");
    const isFirst = before.insert(
      arith.CmpI.of({ predicate, lhs: panel.from, rhs: loop.lowerBound }),
    ).result;
    const start = arith.SelectOp.of({
      condition: isFirst,
      true_value: loop.initArgs[0]!,
      false_value: old.result,
    });
    loop.setOperandGroup(3, [before.insert(start).result]);
    loop.setOperandGroup(0, [panel.from]);
    loop.setOperandGroup(1, [add(b, panel.from, panel.depth)]);
  }
  const zero = constant(b, 0);
  nest.remove();
  b.insert(nest);
  nest.setOperandGroup(0, [nest.lowerBound[0]!, zero]);
  nest.setOperandGroup(1, [nest.upperBound[0]!, panel.width]);
}

function pack(product: Product, panels: PanelLoop): void {
  const { nest, loop, packed, store } = product;
  // The nest moves: what is built stands in front of what follows it.
  const b = Builder.before(nest.next!);
  b.location = nest.location;
  const zero = constant(b, 0);
  const width = constant(b, panelWidth);
  const { lowerBound: first, upperBound: end } = loop;
  const whole = b.insert(arith.MaxSI.of({ lhs: sub(b, end, first), rhs: zero })).result;
  const block = constant(b, panelDepth);
  const depth = store === undefined ? whole : min(b, whole, block);
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
  const bounds = { lower: nest.lowerBound[1]!, upper: nest.upperBound[1]!, step: width };
  const body = (at: Builder, start: Value): void => {
    const here = min(at, width, sub(at, bounds.upper, start));
    const work = (inner: Builder, panel: Panel): void => {
      copyPanel(inner, product, panel, buffers);
      moveNest(inner, product, panel, buffers);
    };
    if (store === undefined) {
      work(at, { from: first, depth, start, width: here });
      return;
    }
    // Sums of nothing are stored as well.
    const one = constant(at, 1);
    const last = at.insert(arith.MaxSI.of({ lhs: end, rhs: add(at, first, one) })).result;
    buildFor(at, first, last, block, [], (from) => {
      const left = sub(at, end, from);
      const some = at.insert(arith.MaxSI.of({ lhs: left, rhs: zero })).result;
      work(at, { from, depth: min(at, some, block), start, width: here });
    });
  };
  panels(b, nest, bounds, prepare, body, finish);
}
