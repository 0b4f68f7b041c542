/** Rewrites of `vector` into canonical form: known masks, shorter chains, accesses inside. */
import {
  ArrayAttr,
  DenseArrayAttr,
  DenseElementsAttr,
  dynamic,
  IntegerAttr,
  type InterfaceBinding,
  MemRefType,
  type Operation,
  RankedTensorType,
  type Type,
  type Value,
  VectorType,
} from "@strata/ir";
import { canonicalizations, constantValueOf, pattern, type RewritePattern } from "@strata/rewrite";
import * as ops from "./ops.ts";
import { transferDims } from "./ops/transfer.ts";

/** Whether all lanes of a mask are set, or none is; undefined where that is not known. */
function knownMask(mask: Value): boolean | undefined {
  const attr = constantValueOf(mask);
  if (attr instanceof DenseElementsAttr && attr.isSplat) {
    const bit = attr.at(0);
    return bit instanceof IntegerAttr ? bit.isTrue : undefined;
  }
  return undefined;
}

function constantIndex(v: Value): number | undefined {
  const attr = constantValueOf(v);
  if (!(attr instanceof IntegerAttr)) return undefined;
  const n = Number(attr.value);
  return Number.isSafeInteger(n) ? n : undefined;
}

// create_mask %c2  →  constant_mask [2]
const maskOfConstants = pattern("create-mask-of-constants", ops.CreateMask, (op, rewriter) => {
  const { type } = op.mask;
  const bounds = op.bounds.map(constantIndex);
  if (!bounds.every((n) => n !== undefined) || type.scalable.includes(true)) return false;
  const shape = type.rank === 0 ? [1] : type.shape;
  const sizes = bounds.map((n, d) => Math.min(Math.max(n, 0), shape[d]!));
  // Where one dimension has no lane set, none is.
  const all = sizes.includes(0) ? sizes.map(() => 0) : sizes;
  const init = { mask_dim_sizes: DenseArrayAttr.i64(all) };
  rewriter.replaceOpWith(op, ops.ConstantMask.of(init, { types: { mask: type } }));
  return true;
});

// maskedload with all lanes  →  load;  with none  →  what passes through
const maskedLoad = pattern("maskedload-of-known-mask", ops.MaskedLoad, (op, rewriter) => {
  const known = knownMask(op.mask);
  if (known === undefined) return false;
  if (!known) rewriter.replaceOp(op, [op.pass_thru]);
  else {
    const init = { base: op.base, indices: op.indices, alignment: op.alignment };
    rewriter.replaceOpWith(op, ops.Load.of(init, { types: { result: op.result.type } }));
  }
  return true;
});

// maskedstore with all lanes  →  store;  with none  →  nothing
const maskedStore = pattern("maskedstore-of-known-mask", ops.MaskedStore, (op, rewriter) => {
  const known = knownMask(op.mask);
  if (known === undefined) return false;
  if (!known) rewriter.eraseOp(op);
  else {
    const { base, indices, valueToStore, alignment } = op;
    rewriter.replaceOpWith(op, ops.Store.of({ base, indices, valueToStore, alignment }));
  }
  return true;
});

// gather with no lane  →  what passes through
const gather = pattern("gather-of-no-lanes", ops.Gather, (op, rewriter) => {
  if (knownMask(op.mask) !== false) return false;
  rewriter.replaceOp(op, [op.pass_thru]);
  return true;
});

// scatter with no lane  →  nothing
const scatter = pattern("scatter-of-no-lanes", ops.Scatter, (op, rewriter) => {
  if (knownMask(op.mask) !== false) return false;
  rewriter.eraseOp(op);
  return true;
});

// expandload with all lanes  →  load;  with none  →  what passes through
const expandLoad = pattern("expandload-of-known-mask", ops.ExpandLoad, (op, rewriter) => {
  const known = knownMask(op.mask);
  if (known === undefined) return false;
  if (!known) rewriter.replaceOp(op, [op.pass_thru]);
  else {
    const init = { base: op.base, indices: op.indices };
    rewriter.replaceOpWith(op, ops.Load.of(init, { types: { result: op.result.type } }));
  }
  return true;
});

// compressstore with all lanes  →  store;  with none  →  nothing
const compressStore = pattern("compressstore-of-known-mask", ops.CompressStore, (op, rewriter) => {
  const known = knownMask(op.mask);
  if (known === undefined) return false;
  if (!known) rewriter.eraseOp(op);
  else {
    const { base, indices, valueToStore } = op;
    rewriter.replaceOpWith(op, ops.Store.of({ base, indices, valueToStore }));
  }
  return true;
});

// mask %m, %p { yield %v }  →  what is yielded, where nothing passes through
const emptyMask = pattern("mask-of-nothing", ops.Mask, (op, rewriter) => {
  const [end] = [...op.maskRegion.entry.ops()];
  if (!(end instanceof ops.Yield)) return false;
  if (op.passthru !== undefined && knownMask(op.mask) !== true) return false;
  rewriter.replaceOp(op, end.operands);
  return true;
});

// mask with all lanes { op }  →  op
const fullMask = pattern("mask-of-all-lanes", ops.Mask, (op, rewriter) => {
  const [inner, end] = [...op.maskRegion.entry.ops()];
  if (knownMask(op.mask) !== true || inner === undefined || !(end instanceof ops.Yield)) {
    return false;
  }
  const copy = rewriter.clone(inner);
  const values = end.operands.map((v) => {
    const i = inner.results.findIndex((r) => r === v);
    return i < 0 ? v : copy.results[i]!;
  });
  rewriter.replaceOp(op, values);
  return true;
});

// broadcast (broadcast %x)  →  broadcast %x
const broadcastOfBroadcast = pattern("broadcast-of-broadcast", ops.Broadcast, (op, rewriter) => {
  const def = op.source.definingOp;
  if (!(def instanceof ops.Broadcast)) return false;
  // A part may be spread over one dimension and repeated along another only when it is a scalar.
  if (def.source.type instanceof VectorType && !isTrailing(def.source.type, op.vector.type)) {
    return false;
  }
  const types = { vector: op.vector.type };
  rewriter.replaceOpWith(op, ops.Broadcast.of({ source: def.source }, { types }));
  return true;
});

const isTrailing = (from: VectorType, to: VectorType): boolean =>
  from.shape.every((n, d) => n === to.shape[to.rank - from.rank + d]);

// from_elements %x, %x, …  →  broadcast %x
const equalElements = pattern("from-equal-elements", ops.FromElements, (op, rewriter) => {
  const [source] = op.elements;
  if (op.elements.length < 2 || !op.elements.every((v) => v === source)) return false;
  const types = { vector: op.dest.type };
  rewriter.replaceOpWith(op, ops.Broadcast.of({ source: source! }, { types }));
  return true;
});

// shape_cast (shape_cast %v)  →  shape_cast %v
const castOfCast = pattern("shape-cast-of-shape-cast", ops.ShapeCast, (op, rewriter) => {
  const def = op.source.definingOp;
  if (!(def instanceof ops.ShapeCast)) return false;
  const types = { result: op.result.type };
  rewriter.replaceOpWith(op, ops.ShapeCast.of({ source: def.source }, { types }));
  return true;
});

// transpose (transpose %v, p), q  →  transpose %v, p ∘ q
const transposeOfTranspose = pattern("transpose-of-transpose", ops.Transpose, (op, rewriter) => {
  const def = op.vector.definingOp;
  if (!(def instanceof ops.Transpose)) return false;
  const inner = def.permutation.numbers;
  const permutation = DenseArrayAttr.i64(op.permutation.numbers.map((d) => inner[d]!));
  rewriter.replaceOpWith(op, ops.Transpose.of({ vector: def.vector, permutation }));
  return true;
});

// transpose (broadcast %scalar)  →  broadcast %scalar
const transposeOfSplat = pattern("transpose-of-splat", ops.Transpose, (op, rewriter) => {
  const def = op.vector.definingOp;
  if (!(def instanceof ops.Broadcast) || def.source.type instanceof VectorType) return false;
  const types = { vector: op.result.type };
  rewriter.replaceOpWith(op, ops.Broadcast.of({ source: def.source }, { types }));
  return true;
});

// extract (extract %v[1])[2]  →  extract %v[1, 2]
const extractOfExtract = pattern("extract-of-extract", ops.Extract, (op, rewriter) => {
  const def = op.source.definingOp;
  if (!(def instanceof ops.Extract) || op.static_position.values.length === 0) return false;
  const position = [...def.static_position.values, ...op.static_position.values];
  const made = ops.Extract.of(
    {
      source: def.source,
      dynamic_position: [...def.dynamic_position, ...op.dynamic_position],
      static_position: DenseArrayAttr.i64(position),
    },
    { types: { result: op.result.type } },
  );
  rewriter.replaceOpWith(op, made);
  return true;
});

/** Whether an extent of memory holds all lanes from a constant index on. */
function isInside(base: Type, d: number, index: Value, lanes: number): boolean {
  if (!(base instanceof MemRefType || base instanceof RankedTensorType)) return false;
  const at = constantIndex(index);
  const extent = base.shape[d]!;
  return at !== undefined && extent !== dynamic && at >= 0 && at + lanes <= extent;
}

/** `in_bounds` with what is known of constant indices; undefined: nothing new. */
function widerBounds(
  op: ops.TransferRead | ops.TransferWrite,
  vector: VectorType,
): ArrayAttr | undefined {
  // Outside along a dimension that the vector does not have, nothing is inside.
  const dims = transferDims(op.permutation_map.map);
  const known = op.inBounds;
  const flags = dims.map(
    (d, k) =>
      known[k]! || d === undefined || isInside(op.base.type, d, op.indices[d]!, vector.shape[k]!),
  );
  if (flags.every((f, k) => f === known[k])) return undefined;
  return ArrayAttr.get(flags.map(IntegerAttr.bool));
}

function setBounds(
  op: ops.TransferRead | ops.TransferWrite,
  vector: VectorType,
  rewriter: { modifyInPlace(op: Operation, change: () => void): void },
): boolean {
  const flags = widerBounds(op, vector);
  if (flags === undefined) return false;
  rewriter.modifyInPlace(op, () => op.setAttr("in_bounds", flags));
  return true;
}

// transfer_read %m[%c0] of 4 of 16 elements  →  {in_bounds = [true]}
const readInBounds = pattern("transfer-read-in-bounds", ops.TransferRead, (op, rewriter) =>
  setBounds(op, op.vector.type, rewriter),
);

// transfer_write %v, %m[%c0] of 4 of 16 elements  →  {in_bounds = [true]}
const writeInBounds = pattern("transfer-write-in-bounds", ops.TransferWrite, (op, rewriter) =>
  setBounds(op, op.valueToStore.type, rewriter),
);

/** The patterns, in the order of the file. */
export const vectorPatterns: readonly RewritePattern[] = [
  maskOfConstants,
  maskedLoad,
  maskedStore,
  gather,
  scatter,
  expandLoad,
  compressStore,
  emptyMask,
  fullMask,
  broadcastOfBroadcast,
  equalElements,
  castOfCast,
  transposeOfTranspose,
  transposeOfSplat,
  extractOfExtract,
  readInBounds,
  writeInBounds,
];

/** How the operations are brought into canonical form. */
export const canonicalizers: readonly InterfaceBinding[] = canonicalizations(vectorPatterns);
