/**
 * Neighbouring dimensions that walk memory without a gap become one, so that short rows fill
 * vectors and long reductions need not end at every row.
 *
 * ```mlir
 * scf.parallel (%i, %c) = (%l, %c0) to (%u, %c3) step (%c1, %c1) {
 *   %x = memref.load %a[%i, %c] : memref<9x3xf32>
 *   …
 * }
 * // becomes
 * %flat = memref.collapse_shape %a [[0, 1]] : memref<9x3xf32> into memref<27xf32>
 * scf.parallel (%k) = (3 %l) to (3 %u) step (%c1) {
 *   %x = memref.load %flat[%k] : memref<27xf32>
 *   …
 * }
 * ```
 *
 * Two dimensions are merged where the inner one covers its whole extent, both are used for nothing
 * but indices, and every access that uses one ends in `[…, outer + constant, inner]`. The order of
 * iterations stays the same, so that sequential loops may be merged as well.
 */
import * as arith from "@strata/arith";
import {
  type BlockArgument,
  Builder,
  cloneOp,
  collect,
  dynamic,
  Mapping,
  MemRefType,
  type Operation,
  reassociationAttr,
  type Value,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { buildFor } from "../build.ts";
import { For, Parallel } from "../ops.ts";
import { indexConstant } from "./ranges.ts";
import { constantInteger } from "../constant-integer.ts";

type Access = memref.Load | memref.Store;

/** An access whose last two indices are `outer + offset` and `inner`. */
interface Flat {
  readonly access: Access;
  readonly offset: number;
}

/** Merges dimensions of all nests of an operation in place. */
export function mergeDimensions(root: Operation): void {
  // Inner pairs first: what they become may fit the loop around them.
  for (let merged = true; merged;) {
    merged = false;
    for (const loop of collect(root, For)) merged = mergeLoops(loop) || merged;
  }
  for (const nest of collect(root, Parallel)) {
    while (mergeNest(nest));
  }
}

function mergeNest(nest: Parallel): boolean {
  const args = nest.region.entry.args;
  const rank = args.length;
  if (rank < 2 || nest.initVals.length > 0) return false;
  const [outer, inner] = [args[rank - 2]!, args[rank - 1]!];
  const extent = constantInteger(nest.upperBound[rank - 1]!);
  if (extent === undefined || extent < 1) return false;
  if (constantInteger(nest.lowerBound[rank - 1]!) !== 0) return false;
  if (nest.step.slice(-2).some((s) => constantInteger(s) !== 1)) return false;
  const accesses = flatAccesses(outer, inner, extent, nest);
  if (accesses === undefined) return false;
  const b = Builder.before(nest);
  b.location = nest.location;
  flatten(accesses, outer, extent);
  const scaled = (v: Value): Value => scale(b, v, extent);
  const lower = [...nest.lowerBound.slice(0, -2), scaled(nest.lowerBound[rank - 2]!)];
  const upper = [...nest.upperBound.slice(0, -2), scaled(nest.upperBound[rank - 2]!)];
  const steps = nest.step.slice(0, -1);
  nest.region.entry.eraseArgument(rank - 1);
  nest.setOperandGroup(0, lower);
  nest.setOperandGroup(1, upper);
  nest.setOperandGroup(2, steps);
  return true;
}

/** A loop whose body is a loop that carries on with what it carries. */
function mergeLoops(outer: For): boolean {
  if (outer.parent === null) return false;
  const body = [...outer.body.ops()];
  const terminator = body.pop()!;
  const inner = body.find((op) => op instanceof For);
  if (inner === undefined) return false;
  const simple = body.every((op) => op === inner || op.regions.length === 0);
  if (!simple || outer.unsignedCmp || inner.unsignedCmp) return false;
  const extent = constantInteger(inner.upperBound);
  if (extent === undefined || extent < 1 || constantInteger(inner.lowerBound) !== 0) return false;
  if (constantInteger(outer.step) !== 1 || constantInteger(inner.step) !== 1) return false;
  const passes =
    inner.initArgs.length === outer.iterArgs.length &&
    outer.iterArgs.every((a, i) => inner.initArgs[i] === a && a.hasOneUse) &&
    terminator.operands.every((v, i) => v === inner.outs[i] && v.hasOneUse);
  if (!passes || outer.outs.length === 0) return false;
  const accesses = flatAccesses(outer.inductionVar, inner.inductionVar, extent, outer);
  if (accesses === undefined || accesses.length === 0) return false;
  // What stands beside the inner loop would run for each of its iterations.
  const beside = body.filter((op) => op !== inner && !(op instanceof arith.ConstantOp));
  if (beside.some((op) => !isOffset(op, outer.inductionVar))) return false;
  const b = Builder.before(outer);
  b.location = outer.location;
  flatten(accesses, outer.inductionVar, extent);
  const lower = scale(b, outer.lowerBound, extent);
  const upper = scale(b, outer.upperBound, extent);
  const one = indexConstant(b, 1);
  const merged = buildFor(b, lower, upper, one, outer.initArgs, (iv, carried) => {
    const mapping = new Mapping();
    mapping.map(outer.inductionVar, iv);
    inner.iterArgs.forEach((a, i) => mapping.map(a, carried[i]!));
    for (const op of [...body, ...inner.body.ops()]) {
      if (op === inner || op === inner.body.lastOp) continue;
      // Offsets that only accesses used are made anew where those stand.
      if (op.parent === outer.body && op.results.every((r) => r.isUnused)) continue;
      b.insert(cloneOp(op, mapping));
    }
    return inner.body.lastOp!.operands.map((v) => mapping.value(v));
  });
  outer.replaceWith(merged.results);
  return true;
}

/** The constant distance of an index from a dimension; undefined for other values. */
function offsetFrom(v: Value, dim: BlockArgument): number | undefined {
  if (v === dim) return 0;
  const op = v.definingOp;
  if (op instanceof arith.AddI && op.lhs === dim) return constantInteger(op.rhs);
  if (op instanceof arith.AddI && op.rhs === dim) return constantInteger(op.lhs);
  if (op instanceof arith.SubI && op.lhs === dim) {
    const n = constantInteger(op.rhs);
    return n === undefined ? undefined : -n;
  }
  return undefined;
}

function isOffset(op: Operation, dim: BlockArgument): boolean {
  const [result] = op.results;
  return result !== undefined && offsetFrom(result, dim) !== undefined;
}

/** The accesses that use two dimensions; undefined if one of the dimensions is used otherwise. */
function flatAccesses(
  outer: BlockArgument,
  inner: BlockArgument,
  extent: number,
  nest: Operation,
): Flat[] | undefined {
  const found = new Map<Access, number>();
  for (const { owner } of inner.uses()) {
    if (!isAccess(owner)) return undefined;
    const indices = owner.indices;
    const rank = indices.length;
    const type = owner.memref.type as MemRefType;
    const offset = rank < 2 ? undefined : offsetFrom(indices[rank - 2]!, outer);
    const once = indices.every((v, d) => (v === inner) === (d === rank - 1));
    const plain = type.layout === undefined && type.shape[rank - 1] === extent;
    if (offset === undefined || !once || !plain || !isOutside(owner.memref, nest)) return undefined;
    if (owner instanceof memref.Store && owner.value === inner) return undefined;
    const before = indices.slice(0, -2);
    if (before.some((v) => offsetFrom(v, outer) !== undefined)) return undefined;
    found.set(owner, offset);
  }
  // The outer dimension serves those accesses, and offsets that serve those accesses.
  const serves = (v: Value): boolean =>
    v.uses().every(({ owner }) => {
      if (isAccess(owner)) return found.has(owner) && (!isStore(owner) || owner.value !== v);
      return v === outer && isOffset(owner, outer) && serves(owner.results[0]!);
    });
  if (!serves(outer)) return undefined;
  return [...found].map(([access, offset]) => ({ access, offset }));
}

function isAccess(op: Operation): op is Access {
  return op instanceof memref.Load || op instanceof memref.Store;
}

function isStore(op: Access): op is memref.Store {
  return op instanceof memref.Store;
}

function isOutside(v: Value, nest: Operation): boolean {
  const around = v.parentBlock?.parentOp;
  for (let o: Operation | null = around ?? null; o !== null; o = o.parentOp) {
    if (o === nest) return false;
  }
  return true;
}

/** Makes accesses go through memrefs whose last two dimensions are one, numbered by `outer`. */
function flatten(accesses: readonly Flat[], outer: BlockArgument, extent: number): void {
  const views = new Map<Value, Value>();
  const viewOf = (source: Value): Value => {
    let view = views.get(source);
    if (view === undefined) {
      const type = source.type as MemRefType;
      const rank = type.shape.length;
      const rows = type.shape[rank - 2]!;
      const shape = [...type.shape.slice(0, -2), rows < 0 ? dynamic : rows * extent];
      const groups = shape.map((_, d) => (d === rank - 2 ? [d, d + 1] : [d]));
      const result = MemRefType.get(shape, type.elementType, undefined, type.memorySpace);
      const { definingOp, parentBlock } = source;
      // Behind the memref's own definition, so that loops further out find it outside as well.
      const b =
        definingOp === undefined ? Builder.atStart(parentBlock!) : Builder.after(definingOp);
      view = b.insert(
        memref.CollapseShape.of(
          { src: source, reassociation: reassociationAttr(groups) },
          { types: { result } },
        ),
      ).results[0]!;
      views.set(source, view);
    }
    return view;
  };
  for (const { access, offset } of accesses) {
    const at = Builder.before(access);
    at.location = access.location;
    const index =
      offset === 0
        ? outer
        : at.insert(arith.AddI.of({ lhs: outer, rhs: indexConstant(at, offset * extent) }))
            .results[0]!;
    const indices = [...access.indices.slice(0, -2), index];
    const groups = access.definition.operandGroups;
    const group = (name: string): number => groups.findIndex((g) => g.name === name);
    access.setOperandGroup(group("memref"), [viewOf(access.memref)]);
    access.setOperandGroup(group("indices"), indices);
  }
  for (const user of outer.users()) {
    if (!isAccess(user) && user.results.every((r) => r.isUnused)) user.erase();
  }
}

function scale(b: Builder, v: Value, factor: number): Value {
  const known = constantInteger(v);
  if (known !== undefined) return indexConstant(b, known * factor);
  return b.insert(arith.MulI.of({ lhs: v, rhs: indexConstant(b, factor) })).results[0]!;
}
