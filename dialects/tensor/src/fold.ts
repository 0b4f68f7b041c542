/** Folds of `tensor`: known extents, elements of known tensors, and changes that change nothing. */
import {
  type Attribute,
  bitWidthOf,
  type DenseElement,
  DenseElementsAttr,
  dynamic,
  elementTypeOf,
  FloatAttr,
  foldOf,
  IntegerAttr,
  type InterfaceBinding,
  type MixedIndex,
  type Operation,
  RankedTensorType,
  type Value,
} from "@strata/ir";
import { constantValueOf } from "@strata/rewrite";
import * as ops from "./ops.ts";

const asFolded = (x: MixedIndex | undefined): Attribute | Value | undefined =>
  typeof x === "number" ? IntegerAttr.index(x) : x;

/** The constant of an index operand below a limit. */
function indexBelow(attr: Attribute | undefined, limit: number): number | undefined {
  if (!(attr instanceof IntegerAttr) || attr.value < 0n || attr.value >= limit) return undefined;
  return Number(attr.value);
}

/** The size operand of the `d`-th dimension of a type with dynamic extents. */
function dynamicSize(
  type: RankedTensorType,
  sizes: readonly Value[],
  d: number,
): Value | undefined {
  return sizes[type.shape.slice(0, d).filter((n) => n === dynamic).length];
}

/** Extent `d` of the result of an operation that states its sizes. */
function statedExtent(source: Operation | undefined, d: number): MixedIndex | undefined {
  if (source instanceof ops.Empty) return dynamicSize(source.result.type, source.dynamicSizes, d);
  if (source instanceof ops.Generate) {
    return dynamicSize(source.result.type, source.dynamicExtents, d);
  }
  if (source instanceof ops.Splat) {
    return dynamicSize(source.aggregate.type, source.dynamicSizes, d);
  }
  if (source instanceof ops.ExpandShape) return source.mixedShape[d];
  if (source instanceof ops.ExtractSlice) {
    const dropped = new Set(source.droppedDims);
    return source.mixedSizes.filter((_, k) => !dropped.has(k))[d];
  }
  return undefined;
}

function foldDim(op: ops.Dim, index: Attribute | undefined): Attribute | Value | undefined {
  const { type } = op.source;
  if (!(type instanceof RankedTensorType)) return undefined;
  const d = indexBelow(index, type.rank);
  if (d === undefined) return undefined;
  const extent = type.shape[d]!;
  if (extent !== dynamic) return IntegerAttr.index(extent);
  return asFolded(statedExtent(op.source.definingOp, d));
}

/** The row-major position of constant indices in a static shape. */
function positionOf(
  indices: readonly (Attribute | undefined)[],
  shape: readonly number[],
): number | undefined {
  let at = 0;
  for (const [d, extent] of shape.entries()) {
    const i = indexBelow(indices[d], extent);
    if (i === undefined) return undefined;
    at = at * extent + i;
  }
  return at;
}

function foldExtract(
  op: ops.Extract,
  [tensor, ...indices]: readonly (Attribute | undefined)[],
): Attribute | Value | undefined {
  const { type } = op.tensor;
  const def = op.tensor.definingOp;
  const at = positionOf(indices, type.shape);
  if (tensor instanceof DenseElementsAttr && at !== undefined) return tensor.at(at);
  if (def instanceof ops.FromElements && at !== undefined) return def.elements[at];
  if (!(def instanceof ops.Insert)) return undefined;
  return def.indices.every((v, d) => v === op.indices[d]) ? def.scalar : undefined;
}

const isElement = (a: Attribute | undefined): a is DenseElement =>
  (a instanceof IntegerAttr || a instanceof FloatAttr) && bitWidthOf(a.type) !== undefined;

/** Constants with more elements than this stay computed. */
const maxElements = 1 << 16;

function foldElements(
  type: RankedTensorType,
  elements: readonly (Attribute | undefined)[],
): Attribute | undefined {
  if (!elements.every(isElement) || elements.length > maxElements) return undefined;
  return DenseElementsAttr.get(type, elements);
}

function foldInsert(
  op: ops.Insert,
  [scalar, dest, ...indices]: readonly (Attribute | undefined)[],
): Attribute | undefined {
  const at = positionOf(indices, op.dest.type.shape);
  if (!isElement(scalar) || !(dest instanceof DenseElementsAttr) || at === undefined) {
    return undefined;
  }
  const n = dest.type.numElements;
  if (n > maxElements) return undefined;
  const elements = Array.from({ length: n }, (_, i) => (i === at ? scalar : dest.at(i)));
  return DenseElementsAttr.get(dest.type, elements);
}

const unlessChanged = (from: Value, to: Value): Value | undefined =>
  from.type === to.type ? from : undefined;

/** Whether a slice of these lists is all of a shape. */
function isWhole(
  shape: readonly number[],
  offsets: readonly MixedIndex[],
  sizes: readonly MixedIndex[],
  strides: readonly MixedIndex[],
): boolean {
  return (
    offsets.every((o) => o === 0) &&
    strides.every((s) => s === 1) &&
    sizes.every((n, d) => n === shape[d])
  );
}

const sameMixed = (a: readonly MixedIndex[], b: readonly MixedIndex[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

function foldExtractSlice(op: ops.ExtractSlice): Value | undefined {
  const lists = [op.mixedOffsets, op.mixedSizes, op.mixedStrides] as const;
  if (op.source.type === op.result.type && isWhole(op.source.type.shape, ...lists)) {
    return op.source;
  }
  const def = op.source.definingOp;
  if (!(def instanceof ops.InsertSlice)) return undefined;
  const same =
    sameMixed(lists[0], def.mixedOffsets) &&
    sameMixed(lists[1], def.mixedSizes) &&
    sameMixed(lists[2], def.mixedStrides);
  return same ? unlessChanged(def.source, op.result) : undefined;
}

function foldInsertSlice(op: ops.InsertSlice): Value | undefined {
  const lists = [op.mixedOffsets, op.mixedSizes, op.mixedStrides] as const;
  const whole = op.source.type === op.dest.type && isWhole(op.dest.type.shape, ...lists);
  if (whole) return op.source;
  // Putting back what was taken from the same place.
  const def = op.source.definingOp;
  if (!(def instanceof ops.ExtractSlice) || def.source !== op.dest) return undefined;
  const same =
    sameMixed(lists[0], def.mixedOffsets) &&
    sameMixed(lists[1], def.mixedSizes) &&
    sameMixed(lists[2], def.mixedStrides);
  return same ? op.dest : undefined;
}

/** A constant tensor with other extents. */
function reshaped(attr: Attribute | undefined, type: Value["type"]): Attribute | undefined {
  const fits = type instanceof RankedTensorType && type.hasStaticShape;
  if (!fits || !(attr instanceof DenseElementsAttr)) return undefined;
  if (type.numElements !== attr.type.numElements) return undefined;
  return DenseElementsAttr.get(type, attr.elements);
}

/** The source of the inverse reshape; undefined where the operand comes from none. */
function inverseSource(op: ops.CollapseShape | ops.ExpandShape): Value | undefined {
  const def = op.src.definingOp;
  const inverse = op instanceof ops.CollapseShape ? ops.ExpandShape : ops.CollapseShape;
  if (!(def instanceof inverse) || def.reassociation !== op.reassociation) return undefined;
  const source: Value = def.operand(0);
  // Dynamic extents that were merged may be divided otherwise.
  const type = source.type as RankedTensorType;
  const isKnown = op instanceof ops.CollapseShape || type.numDynamicDims === 0;
  return isKnown && type === op.results[0]!.type ? source : undefined;
}

/** How the operations fold. */
export const folds: readonly InterfaceBinding[] = [
  foldOf(ops.Dim, (op, [, index]) => foldDim(op, index)),
  foldOf(ops.Rank, ({ tensor }) =>
    tensor.type instanceof RankedTensorType ? IntegerAttr.index(tensor.type.rank) : undefined,
  ),
  foldOf(ops.Extract, foldExtract),
  foldOf(ops.Insert, foldInsert),
  foldOf(ops.FromElements, (op, elements) => foldElements(op.result.type, elements)),
  foldOf(ops.Splat, (op, [element]) => {
    const { type } = op.aggregate;
    if (!type.hasStaticShape || !isElement(element) || type.numElements === 0) return undefined;
    return DenseElementsAttr.splat(type, element);
  }),
  foldOf(ops.Cast, (op, [source]) => {
    const def = op.source.definingOp;
    const inner = def instanceof ops.Cast ? unlessChanged(def.source, op.dest) : undefined;
    return unlessChanged(op.source, op.dest) ?? reshaped(source, op.dest.type) ?? inner;
  }),
  foldOf(ops.Bitcast, (op) => {
    const def = op.source.definingOp;
    const inner = def instanceof ops.Bitcast ? unlessChanged(def.source, op.dest) : undefined;
    return unlessChanged(op.source, op.dest) ?? inner;
  }),
  foldOf(ops.ExtractSlice, foldExtractSlice),
  foldOf(ops.InsertSlice, foldInsertSlice),
  foldOf(ops.CollapseShape, (op, [source]) => {
    return (
      unlessChanged(op.src, op.result) ?? reshaped(source, op.result.type) ?? inverseSource(op)
    );
  }),
  foldOf(ops.ExpandShape, (op, [source]) => {
    return (
      unlessChanged(op.src, op.result) ?? reshaped(source, op.result.type) ?? inverseSource(op)
    );
  }),
  foldOf(ops.Reshape, (op, [source]) => reshaped(source, op.result.type)),
  foldOf(ops.Concat, (op) =>
    op.inputs.length === 1 ? unlessChanged(op.inputs[0]!, op.result) : undefined,
  ),
  foldOf(ops.Pad, (op) => {
    const isNone = [...op.mixedLow, ...op.mixedHigh].every((n) => n === 0);
    return isNone && !op.nofold ? unlessChanged(op.source, op.result) : undefined;
  }),
];

/** The constant a value is, for patterns. */
export function constantIndex(v: Value): number | undefined {
  const attr = constantValueOf(v);
  if (!(attr instanceof IntegerAttr) || elementTypeOf(v.type) !== v.type) return undefined;
  const n = Number(attr.value);
  return Number.isSafeInteger(n) ? n : undefined;
}
