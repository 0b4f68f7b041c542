/** Rewrites of `tensor` into canonical form: more static types, elements without their tensors. */
import { ConstantOp } from "@strata/arith";
import {
  cloneOp,
  DenseArrayAttr,
  DenseElementsAttr,
  dynamic,
  type InterfaceBinding,
  isMemoryEffectFree,
  Mapping,
  type MixedIndex,
  type Operation,
  RankedTensorType,
  reassociationAttr,
  Region,
  type Value,
} from "@strata/ir";
import {
  canonicalizations,
  constantValueOf,
  pattern,
  type RewritePattern,
  type Rewriter,
} from "@strata/rewrite";
import { constantIndex } from "./fold.ts";
import * as ops from "./ops.ts";

const asConstant = (x: MixedIndex): MixedIndex =>
  typeof x === "number" ? x : (constantIndex(x) ?? x);

/** Replaces `op` by one of a more static type, cast to the type it had. */
function replaceByCast(op: Operation, made: Operation, rewriter: Rewriter): void {
  const dest = op.results[0]!.type;
  rewriter.insert(made);
  const source = made.results[0]!;
  const result =
    source.type === dest
      ? source
      : rewriter.insert(ops.Cast.of({ source }, { types: { dest } })).dest;
  rewriter.replaceOp(op, [result]);
}

/** A type with constant sizes filled in, and the sizes that stay operands; undefined: none is. */
function withConstantSizes(
  type: RankedTensorType,
  sizes: readonly Value[],
): { type: RankedTensorType; kept: Value[] } | undefined {
  let next = 0;
  const kept: Value[] = [];
  const shape = type.shape.map((n) => {
    if (n !== dynamic) return n;
    const size = sizes[next++]!;
    const known = constantIndex(size);
    if (known !== undefined && known >= 0) return known;
    kept.push(size);
    return dynamic;
  });
  return kept.length === sizes.length ? undefined : { type: type.withShape(shape), kept };
}

// empty(%c4) : tensor<?xf32>  →  cast (empty() : tensor<4xf32>)
const emptyOfConstants = pattern("empty-of-constant-sizes", ops.Empty, (op, rewriter) => {
  const to = withConstantSizes(op.result.type, op.dynamicSizes);
  if (to === undefined) return false;
  const made = ops.Empty.of({ dynamicSizes: to.kept }, { types: { result: to.type } });
  replaceByCast(op, made, rewriter);
  return true;
});

// splat %x[%c4] : tensor<?xf32>  →  cast (splat %x : tensor<4xf32>)
const splatOfConstants = pattern("splat-of-constant-sizes", ops.Splat, (op, rewriter) => {
  const to = withConstantSizes(op.aggregate.type, op.dynamicSizes);
  if (to === undefined) return false;
  const init = { input: op.input, dynamicSizes: to.kept };
  replaceByCast(op, ops.Splat.of(init, { types: { aggregate: to.type } }), rewriter);
  return true;
});

// generate %c4 : tensor<?xf32>  →  cast (generate : tensor<4xf32>)
const generateOfConstants = pattern("generate-of-constant-sizes", ops.Generate, (op, rewriter) => {
  const to = withConstantSizes(op.result.type, op.dynamicExtents);
  if (to === undefined) return false;
  const body = new Region();
  body.takeBody(op.body);
  const init = { dynamicExtents: to.kept, body };
  const made = ops.Generate.of(init, { types: { result: to.type } });
  replaceByCast(op, made, rewriter);
  return true;
});

// extract (generate { body })[%i]  →  body(%i)
const extractOfGenerate = pattern("extract-of-generate", ops.Extract, (op, rewriter) => {
  const def = op.tensor.definingOp;
  if (!(def instanceof ops.Generate) || !isMemoryEffectFree(def)) return false;
  // Indices that are out of range would compute something where the extraction fails.
  if (!op.indices.every((v, d) => isBelow(v, def.result.type.shape[d]!))) {
    return rewriter.fail("an index may be out of range");
  }
  const mapping = new Mapping().mapAll(def.body.entry.args, op.indices);
  let value: Value | undefined;
  for (const inner of def.body.entry.ops()) {
    if (inner instanceof ops.Yield) value = mapping.value(inner.value);
    else rewriter.insert(cloneOp(inner, mapping));
  }
  rewriter.replaceOp(op, [value!]);
  return true;
});

function isBelow(v: Value, extent: number): boolean {
  const i = constantIndex(v);
  return i !== undefined && i >= 0 && i < extent;
}

// extract (splat %x)[%c0]  →  %x
const extractOfSplat = pattern("extract-of-splat", ops.Extract, (op, rewriter) => {
  const def = op.tensor.definingOp;
  if (!op.indices.every((v, d) => isBelow(v, op.tensor.type.shape[d]!))) return false;
  if (!(def instanceof ops.Splat)) return false;
  rewriter.replaceOp(op, [def.input]);
  return true;
});

// extract (cast %t)[%i]  →  extract %t[%i]
const extractOfCast = pattern("extract-of-cast", ops.Extract, (op, rewriter) => {
  const def = op.tensor.definingOp;
  if (!(def instanceof ops.Cast) || !forgets(def)) return false;
  rewriter.setOperand(op, 0, def.source);
  return true;
});

// extract (insert %x into %t[%c0])[%c1]  →  extract %t[%c1]
const extractBesideInsert = pattern("extract-beside-insert", ops.Extract, (op, rewriter) => {
  const def = op.tensor.definingOp;
  if (!(def instanceof ops.Insert)) return false;
  const differs = op.indices.some((v, d) => {
    const [a, b] = [constantIndex(v), constantIndex(def.indices[d]!)];
    return a !== undefined && b !== undefined && a !== b;
  });
  // The insertion may fail; without it that would be lost unless its position is known.
  const known = def.indices.every((v, d) => isBelow(v, def.dest.type.shape[d]!));
  if (!differs || !known) return false;
  rewriter.setOperand(op, 0, def.dest);
  return true;
});

/** Whether a cast only forgets what its source's type says. */
function forgets(op: ops.Cast): boolean {
  const [from, to] = [op.source.type, op.dest.type];
  if (!(from instanceof RankedTensorType)) return false;
  if (!(to instanceof RankedTensorType)) return true;
  return to.shape.every((n, d) => n === dynamic || n === from.shape[d]);
}

// cast (cast %t)  →  cast %t, where the first forgets nothing that the second assumes
const castOfCast = pattern("cast-of-cast", ops.Cast, (op, rewriter) => {
  const def = op.source.definingOp;
  if (!(def instanceof ops.Cast) || !(forgets(def) || forgets(op))) return false;
  if (!ops.isCastable(def.source.type, op.dest.type)) return false;
  rewriter.setOperand(op, 0, def.source);
  return true;
});

// dim (cast %t), dim (insert … into %t)  →  dim %t
const dimThrough = pattern("dim-of-same-shape", ops.Dim, (op, rewriter) => {
  const def = op.source.definingOp;
  const from =
    def instanceof ops.Cast && forgets(def)
      ? def.source
      : def instanceof ops.Insert || def instanceof ops.InsertSlice
        ? def.dest
        : def instanceof ops.Bitcast
          ? def.source
          : undefined;
  if (from === undefined) return false;
  rewriter.setOperand(op, 0, from);
  return true;
});

const rankThrough = pattern("rank-of-cast", ops.Rank, (op, rewriter) => {
  const def = op.tensor.definingOp;
  if (!(def instanceof ops.Cast) || !forgets(def)) return false;
  rewriter.setOperand(op, 0, def.source);
  return true;
});

function withoutDims(type: RankedTensorType, dropped: readonly number[]): RankedTensorType {
  return type.withShape(type.shape.filter((_, d) => !dropped.includes(d)));
}

// extract_slice %t[%c1] [%c4] [%c1]  →  cast (extract_slice %t[1] [4] [1])
const constantSlice = pattern("extract-slice-of-constants", ops.ExtractSlice, (op, rewriter) => {
  const before = [op.mixedOffsets, op.mixedSizes, op.mixedStrides];
  const after = before.map((l) => l.map(asConstant));
  if (after.every((l, k) => l.every((x, d) => x === before[k]![d]))) return false;
  const [offsets, sizes, strides] = after as [MixedIndex[], MixedIndex[], MixedIndex[]];
  if (sizes.some((n) => typeof n === "number" && n < 0)) return rewriter.fail("a negative size");
  const type = withoutDims(ops.sliceType(op.source.type, sizes), op.droppedDims);
  const init = { source: op.source, ...ops.sliceInit(offsets, sizes, strides) };
  replaceByCast(op, ops.ExtractSlice.of(init, { types: { result: type } }), rewriter);
  return true;
});

// extract_slice of a constant of equal elements  →  that constant
const sliceOfSplat = pattern("extract-slice-of-splat", ops.ExtractSlice, (op, rewriter) => {
  const { type } = op.result;
  const attr = constantValueOf(op.source);
  if (!type.hasStaticShape || type.numElements === 0) return false;
  if (!(attr instanceof DenseElementsAttr) || !attr.isSplat || !isInside(op)) return false;
  const value = DenseElementsAttr.splat(type, attr.elements[0]!);
  rewriter.replaceOpWith(op, ConstantOp.of({ value }));
  return true;
});

/** Whether a slice is known to lie inside of its source. */
function isInside(op: ops.ExtractSlice): boolean {
  const [sizes, strides] = [op.mixedSizes, op.mixedStrides];
  return op.mixedOffsets.every((o, d) => {
    const [n, s] = [sizes[d], strides[d]];
    if (typeof o !== "number" || typeof n !== "number" || typeof s !== "number") return false;
    const last = o + (n - 1) * s;
    return Math.min(o, last) >= 0 && Math.max(o, last) < op.source.type.shape[d]!;
  });
}

// collapse (collapse %t)  →  collapse %t
const collapseOfCollapse = pattern("collapse-of-collapse", ops.CollapseShape, (op, rewriter) => {
  const def = op.src.definingOp;
  if (!(def instanceof ops.CollapseShape)) return false;
  const inner = def.groups;
  const groups = op.groups.map((g) => g.flatMap((d) => inner[d]!));
  if (groups.length === 0) return rewriter.fail("a scalar has no groups");
  const types = { result: op.result.type };
  const reassociation = reassociationAttr(groups);
  rewriter.replaceOpWith(op, ops.CollapseShape.of({ src: def.src, reassociation }, { types }));
  return true;
});

// expand (expand %t)  →  expand %t
const expandOfExpand = pattern("expand-of-expand", ops.ExpandShape, (op, rewriter) => {
  const def = op.src.definingOp;
  if (!(def instanceof ops.ExpandShape)) return false;
  const outer = op.groups;
  const groups = def.groups.map((g) => g.flatMap((d) => outer[d]!));
  if (groups.length === 0) return rewriter.fail("a scalar has no groups");
  const init = {
    src: def.src,
    output_shape: op.output_shape,
    reassociation: reassociationAttr(groups),
    static_output_shape: DenseArrayAttr.i64(op.static_output_shape.values),
  };
  rewriter.replaceOpWith(op, ops.ExpandShape.of(init, { types: { result: op.result.type } }));
  return true;
});

// from_elements of the elements of one tensor in order  →  that tensor
const elementsInOrder = pattern("from-elements-in-order", ops.FromElements, (op, rewriter) => {
  const first = op.elements[0]?.definingOp;
  if (!(first instanceof ops.Extract)) return false;
  const { tensor } = first;
  if (tensor.type !== op.result.type) return false;
  const { shape } = tensor.type;
  const inOrder = op.elements.every((e, k) => {
    const def = e.definingOp;
    if (!(def instanceof ops.Extract) || def.tensor !== tensor) return false;
    const at = def.indices.map(constantIndex);
    if (at.some((i, d) => i === undefined || i < 0 || i >= shape[d]!)) return false;
    return at.reduce<number>((n, i, d) => n * shape[d]! + i!, 0) === k;
  });
  if (!inOrder) return false;
  rewriter.replaceOp(op, [tensor]);
  return true;
});

/** The canonicalizations of tensors. */
export const tensorPatterns: readonly RewritePattern[] = [
  emptyOfConstants,
  splatOfConstants,
  generateOfConstants,
  extractOfGenerate,
  extractOfSplat,
  extractOfCast,
  extractBesideInsert,
  castOfCast,
  dimThrough,
  rankThrough,
  constantSlice,
  sliceOfSplat,
  collapseOfCollapse,
  expandOfExpand,
  elementsInOrder,
];

/** How the operations are brought into canonical form. */
export const canonicalizers: readonly InterfaceBinding[] = canonicalizations(tensorPatterns);
