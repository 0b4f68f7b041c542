/** Folds of `memref`: extents and ranks that are known, and descriptions that change nothing. */
import {
  type Attribute,
  DenseElementsAttr,
  dynamic,
  foldOf,
  IntegerAttr,
  type InterfaceBinding,
  lookupSymbol,
  MemRefType,
  type MixedIndex,
  type Operation,
  type Value,
} from "@strata/ir";
import * as ops from "./ops.ts";

const asFolded = (x: MixedIndex | undefined): Attribute | Value | undefined =>
  typeof x === "number" ? IntegerAttr.index(x) : x;

/** The constant of an index operand as a dimension of a type. */
function dimensionOf(attr: Attribute | undefined, rank: number): number | undefined {
  if (!(attr instanceof IntegerAttr) || attr.value < 0n || attr.value >= rank) return undefined;
  return Number(attr.value);
}

/** The size operand of the `d`-th dimension of a type with dynamic extents. */
function dynamicSize(type: MemRefType, sizes: readonly Value[], d: number): Value | undefined {
  return sizes[type.shape.slice(0, d).filter((n) => n === dynamic).length];
}

/** Extent `d` of the result of an operation that states its sizes. */
export function statedExtent(source: Operation | undefined, d: number): MixedIndex | undefined {
  if (source instanceof ops.Alloc || source instanceof ops.Alloca) {
    return dynamicSize(source.memref.type, source.dynamicSizes, d);
  }
  if (source instanceof ops.View) return dynamicSize(source.result.type, source.sizes, d);
  if (source instanceof ops.ReinterpretCast) return source.mixedSizes[d];
  if (source instanceof ops.ExpandShape) return source.mixedShape[d];
  if (source instanceof ops.SubView) {
    const dropped = new Set(source.droppedDims);
    return source.mixedSizes.filter((_, k) => !dropped.has(k))[d];
  }
  return undefined;
}

function foldDim(op: ops.Dim, index: Attribute | undefined): Attribute | Value | undefined {
  const { type } = op.source;
  if (!(type instanceof MemRefType)) return undefined;
  const d = dimensionOf(index, type.rank);
  if (d === undefined) return undefined;
  const extent = type.shape[d]!;
  if (extent !== dynamic) return IntegerAttr.index(extent);
  return asFolded(statedExtent(op.source.definingOp, d));
}

/** Whether a slice is all of its source. */
function isWhole(op: ops.SubView): boolean {
  const { type } = op.source;
  return (
    op.mixedOffsets.every((o) => o === 0) &&
    op.mixedStrides.every((s) => s === 1) &&
    op.mixedSizes.every((n, d) => n === type.shape[d])
  );
}

/** The source of the inverse reshape; undefined where the operand comes from none. */
function inverseSource(op: ops.CollapseShape | ops.ExpandShape): Value | undefined {
  const def = op.src.definingOp;
  const inverse = op instanceof ops.CollapseShape ? ops.ExpandShape : ops.CollapseShape;
  if (!(def instanceof inverse) || def.reassociation !== op.reassociation) return undefined;
  const source: Value = def.operand(0);
  // Dynamic extents that were merged may be divided otherwise.
  const isKnown =
    op instanceof ops.CollapseShape ||
    (source.type instanceof MemRefType && source.type.hasStaticShape);
  return isKnown && source.type === op.results[0]!.type ? source : undefined;
}

/** A constant element of a constant global. */
function foldLoad(
  op: ops.Load,
  indices: readonly (Attribute | undefined)[],
): Attribute | undefined {
  const source = op.memref.definingOp;
  if (!(source instanceof ops.GetGlobal)) return undefined;
  const at: number[] = [];
  for (const [d, i] of indices.entries()) {
    const known = dimensionOf(i, op.memref.type.shape[d]!);
    if (known === undefined) return undefined;
    at.push(known);
  }
  const global = lookupSymbol(op, source.symbol);
  if (!(global instanceof ops.Global) || !global.constant) return undefined;
  const value = global.initial_value;
  if (!(value instanceof DenseElementsAttr)) return undefined;
  return value.at(at.reduce((n, i, d) => n * value.type.shape[d]! + i, 0));
}

const unlessChanged = (from: Value, to: Value): Value | undefined =>
  from.type === to.type ? from : undefined;

/** How the operations fold. */
export const folds: readonly InterfaceBinding[] = [
  foldOf(ops.Dim, (op, [, index]) => foldDim(op, index)),
  foldOf(ops.Rank, (op) =>
    op.memref.type instanceof MemRefType ? IntegerAttr.index(op.memref.type.rank) : undefined,
  ),
  foldOf(ops.Load, (op, [, ...indices]) => foldLoad(op, indices)),
  foldOf(ops.Cast, (op) => {
    const def = op.source.definingOp;
    const inner = def instanceof ops.Cast ? unlessChanged(def.source, op.dest) : undefined;
    return unlessChanged(op.source, op.dest) ?? inner;
  }),
  foldOf(ops.MemorySpaceCast, (op) => unlessChanged(op.source, op.dest)),
  foldOf(ops.SubView, (op) =>
    op.source.type === op.result.type && isWhole(op) ? op.source : undefined,
  ),
  foldOf(ops.Transpose, (op) =>
    op.permutation.map.isIdentity ? unlessChanged(op.in, op.result) : undefined,
  ),
  foldOf(ops.CollapseShape, (op) => unlessChanged(op.src, op.result) ?? inverseSource(op)),
  foldOf(ops.ExpandShape, (op) => unlessChanged(op.src, op.result) ?? inverseSource(op)),
];
