/** Rewrites of `memref` into canonical form: more static types, fewer descriptions of one buffer. */
import { ConstantOp } from "@strata/arith";
import {
  DenseArrayAttr,
  dynamic,
  IntegerAttr,
  type InterfaceBinding,
  MemRefType,
  type MixedIndex,
  type Operation,
  reassociationAttr,
  StridedLayoutAttr,
  type Value,
} from "@strata/ir";
import {
  canonicalizations,
  constantValueOf,
  pattern,
  type RewritePattern,
  type Rewriter,
} from "@strata/rewrite";
import { agree, tryStrides, unknown } from "./layout.ts";
import * as ops from "./ops.ts";

/** The number of a constant index; undefined for other values and unusable numbers. */
function constantIndex(v: Value): number | undefined {
  const attr = constantValueOf(v);
  if (!(attr instanceof IntegerAttr)) return undefined;
  const n = Number(attr.value);
  return Number.isSafeInteger(n) ? n : undefined;
}

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

// alloc(%c4) : memref<?xf32>  →  cast (alloc() : memref<4xf32>) : … to memref<?xf32>
const constantSizes = pattern<ops.Alloc | ops.Alloca>(
  "alloc-of-constant-sizes",
  [ops.Alloc, ops.Alloca],
  (op, rewriter) => {
    const { type } = op.memref;
    if (type.layout !== undefined) return rewriter.fail("the layout may need the dynamic extents");
    let next = 0;
    const kept: Value[] = [];
    const shape = type.shape.map((n) => {
      if (n !== dynamic) return n;
      const size = op.dynamicSizes[next++]!;
      const known = constantIndex(size);
      if (known !== undefined && known >= 0) return known;
      kept.push(size);
      return dynamic;
    });
    if (kept.length === op.dynamicSizes.length) return false;
    const init = { dynamicSizes: kept, symbolOperands: op.symbolOperands, alignment: op.alignment };
    const types = { types: { memref: type.withShape(shape) } };
    const made = op instanceof ops.Alloc ? ops.Alloc.of(init, types) : ops.Alloca.of(init, types);
    replaceByCast(op, made, rewriter);
    return true;
  },
);

const writesInto = (user: Operation, memref: Value): boolean =>
  user instanceof ops.Dealloc ||
  (user instanceof ops.Store && user.memref === memref && user.value !== memref);

// a buffer that is only written and freed  →  nothing
const deadAllocation = pattern<ops.Alloc | ops.Alloca>(
  "alloc-never-read",
  [ops.Alloc, ops.Alloca],
  (op, rewriter) => {
    const users = op.memref.users();
    if (!users.every((u) => writesInto(u, op.memref))) return false;
    for (const user of users) rewriter.eraseOp(user);
    rewriter.eraseOp(op);
    return true;
  },
);

/** Whether a cast only forgets what its source's type says. */
function forgets(op: ops.Cast): boolean {
  const [from, to] = [op.source.type, op.dest.type];
  if (!(from instanceof MemRefType)) return false;
  if (!(to instanceof MemRefType)) return true;
  const [a, b] = [tryStrides(from), tryStrides(to)];
  if (a === undefined || b === undefined) return false;
  return (
    to.shape.every((n, d) => n === dynamic || n === from.shape[d]) &&
    b.strides.every((s, d) => s === unknown || s === a.strides[d]) &&
    (b.offset === unknown || b.offset === a.offset)
  );
}

/** Whether two buffers may have one shape, as far as their types say. */
function extentsAgree(a: Value, b: Value): boolean {
  if (!isRanked(a) || !isRanked(b)) return true;
  return a.type.shape.every((n, d) => agree(n, b.type.shape[d]!, dynamic));
}

/** The operations that work on a buffer of any static type as well. */
const consumers = [
  ops.AtomicRMW,
  ops.Copy,
  ops.Dealloc,
  ops.Dim,
  ops.Load,
  ops.Prefetch,
  ops.Rank,
  ops.ReinterpretCast,
  ops.Store,
] as const;

// load (cast %m)[…]  →  load %m[…], and other uses alike
const consumedCast = pattern<Operation>("use-of-cast", consumers, (op, rewriter) => {
  let changed = false;
  op.operandUses.forEach((use, i) => {
    const def = use.value.definingOp;
    if (!(def instanceof ops.Cast) || !forgets(def)) return;
    // What is stored is a value like any other and keeps its type.
    if (op instanceof ops.Store && i === 0) return;
    if (op instanceof ops.Copy && !extentsAgree(def.source, op.operand(1 - i))) return;
    rewriter.setOperand(op, i, def.source);
    changed = true;
  });
  return changed;
});

// dim (transpose %m), and of other descriptions that keep extents  →  dim %m
const dimThrough = pattern("dim-of-description", ops.Dim, (op, rewriter) => {
  const def = op.source.definingOp;
  if (def instanceof ops.AssumeAlignment || def instanceof ops.MemorySpaceCast) {
    rewriter.setOperand(op, 0, def.operand(0));
    return true;
  }
  const d = constantIndex(op.index);
  if (!(def instanceof ops.Transpose) || d === undefined) return false;
  const from = def.dims[d];
  if (from === undefined) return false;
  const index = rewriter.insert(ConstantOp.of({ value: IntegerAttr.index(from) })).result;
  rewriter.modifyInPlace(op, () => op.setOperands([def.in, index]));
  return true;
});

// cast (cast %m)  →  cast %m, where the first forgets nothing that the second assumes
const castOfCast = pattern("cast-of-cast", ops.Cast, (op, rewriter) => {
  const def = op.source.definingOp;
  if (!(def instanceof ops.Cast) || !(forgets(def) || forgets(op))) return false;
  if (!ops.isCastable(def.source.type, op.dest.type)) return false;
  rewriter.setOperand(op, 0, def.source);
  return true;
});

// copy %m, %m  →  nothing
const copyToItself = pattern("copy-to-itself", ops.Copy, (op, rewriter) => {
  if (op.source !== op.target) return false;
  rewriter.eraseOp(op);
  return true;
});

// subview %m[%c1] [%c4] [%c1]  →  cast (subview %m[1] [4] [1])
const constantSlice = pattern("subview-of-constants", ops.SubView, (op, rewriter) => {
  const before = [op.mixedOffsets, op.mixedSizes, op.mixedStrides];
  const after = before.map((l) => l.map(asConstant));
  if (after.every((l, k) => l.every((x, d) => x === before[k]![d]))) return false;
  const [offsets, sizes, strides] = after as [MixedIndex[], MixedIndex[], MixedIndex[]];
  if (sizes.some((n) => typeof n === "number" && n < 0)) return rewriter.fail("a negative size");
  const full = ops.sliceType(op.source.type, offsets, sizes, strides);
  const dropped = new Set(op.droppedDims);
  const type = dropped.size === 0 ? full : withoutDims(full, dropped);
  replaceByCast(op, ops.makeSubView(op.source, offsets, sizes, strides, type), rewriter);
  return true;
});

function withoutDims(type: MemRefType, dropped: ReadonlySet<number>): MemRefType {
  const kept = <T>(list: readonly T[]): T[] => list.filter((_, d) => !dropped.has(d));
  const layout = tryStrides(type)!;
  const strided = StridedLayoutAttr.get(kept(layout.strides), layout.offset);
  return MemRefType.get(kept(type.shape), type.elementType, strided, type.memorySpace);
}

// subview (cast %m)  →  subview %m, cast to the type it had
const sliceOfCast = pattern("subview-of-cast", ops.SubView, (op, rewriter) => {
  const def = op.source.definingOp;
  if (!(def instanceof ops.Cast) || !forgets(def)) return false;
  const source: Value = def.source;
  if (!isRanked(source)) return false;
  const lists = [op.mixedOffsets, op.mixedSizes, op.mixedStrides] as const;
  const full = ops.sliceType(source.type, ...lists);
  const dropped = new Set(op.droppedDims);
  const type = dropped.size === 0 ? full : withoutDims(full, dropped);
  if (!ops.isCastable(type, op.result.type)) return false;
  replaceByCast(op, ops.makeSubView(source, ...lists, type), rewriter);
  return true;
});

const isRanked = (v: Value): v is Value<MemRefType> => v.type instanceof MemRefType;

// collapse (collapse %m)  →  collapse %m
const collapseOfCollapse = pattern("collapse-of-collapse", ops.CollapseShape, (op, rewriter) => {
  const def = op.src.definingOp;
  if (!(def instanceof ops.CollapseShape)) return false;
  const inner = def.groups;
  const groups = op.groups.map((g) => g.flatMap((d) => inner[d]!));
  const { type } = op.result;
  if (ops.tryCollapsedType(def.src.type, groups) !== type) return false;
  const reassociation = reassociationAttr(groups);
  rewriter.replaceOpWith(
    op,
    ops.CollapseShape.of({ src: def.src, reassociation }, { types: { result: type } }),
  );
  return true;
});

// expand (expand %m)  →  expand %m
const expandOfExpand = pattern("expand-of-expand", ops.ExpandShape, (op, rewriter) => {
  const def = op.src.definingOp;
  if (!(def instanceof ops.ExpandShape)) return false;
  const outer = op.groups;
  const groups = def.groups.map((g) => g.flatMap((d) => outer[d]!));
  const { type } = op.result;
  if (ops.tryExpandedType(def.src.type, groups, type.shape) !== type) return false;
  rewriter.replaceOpWith(
    op,
    ops.ExpandShape.of(
      {
        src: def.src,
        output_shape: op.output_shape,
        reassociation: reassociationAttr(groups),
        static_output_shape: DenseArrayAttr.i64(op.static_output_shape.values),
      },
      { types: { result: type } },
    ),
  );
  return true;
});

// the offset, sizes and strides that a type states  →  constants
const knownMetadata = pattern("metadata-of-static", ops.ExtractStridedMetadata, (op, rewriter) => {
  const { type } = op.source;
  const layout = tryStrides(type);
  if (layout === undefined) return false;
  const open = (n: number): number | undefined => (n === unknown || n === dynamic ? undefined : n);
  const extents = type.shape.map((n) => (n === dynamic ? undefined : n));
  const facts = [undefined, open(layout.offset), ...extents, ...layout.strides.map(open)];
  let changed = false;
  op.results.forEach((r, i) => {
    const n = facts[i];
    if (n === undefined || r.isUnused) return;
    const known = rewriter.insert(ConstantOp.of({ value: IntegerAttr.index(n) })).result;
    rewriter.replaceAllUsesWith(r, known);
    changed = true;
  });
  return changed;
});

/** The canonicalizations of buffers. */
export const memrefPatterns: readonly RewritePattern[] = [
  constantSizes,
  deadAllocation,
  consumedCast,
  dimThrough,
  castOfCast,
  copyToItself,
  constantSlice,
  sliceOfCast,
  collapseOfCollapse,
  expandOfExpand,
  knownMetadata,
];

/** How the operations are brought into canonical form. */
export const canonicalizers: readonly InterfaceBinding[] = canonicalizations(memrefPatterns);
