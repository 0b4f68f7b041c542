/** Other views of the same memory. */
import { i64, i8, joinMixed, MemRefType, type MixedIndex, type Value } from "@strata/ir";
import * as llvm from "@strata/llvm";
import {
  assembleView,
  constantOf,
  i64Constant,
  insertOne,
  isDense,
  type MemRefView,
  multiply,
  offsetPointer,
  fromMemory,
} from "@strata/llvm/lowering";
import {
  type ConversionRewriter,
  conversionPattern,
  type RewritePattern,
  type TypeConverter,
} from "@strata/rewrite";
import * as ops from "../ops.ts";
import { basePointer, noForm, statedAlignment, staticOffset, valueOf, viewOf } from "./shared.ts";

const product = (r: ConversionRewriter, values: readonly Value[]): Value =>
  values.length === 0
    ? i64Constant(r, 1)
    : values.reduce((a, b) => multiply(r, a, b, ["nsw", "nuw"]));

/** The pointer some elements further; the position need not be that of an element. */
function moved(r: ConversionRewriter, view: MemRefView, from: Value, elements: Value): Value {
  return offsetPointer(r, from, view.memoryType, elements, { inBounds: false });
}

function cast(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.cast-to-llvm",
    ops.Cast,
    (op, adaptor, r) => {
      const view = viewOf(op.source, adaptor.convertedOperands[0], converter);
      const to = op.dest.type;
      if (
        view === undefined ||
        !(to instanceof MemRefType) ||
        converter.convert(to) === undefined
      ) {
        return r.fail(noForm);
      }
      const strides = (): Value[] => to.shape.map((_, d) => view.stride(r, d));
      r.replaceOp(op, [assembleView(to, view.pointer, view.extents(r), strides)]);
      return true;
    },
    { converter },
  );
}

function memorySpaceCast(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.memory_space_cast-to-llvm",
    ops.MemorySpaceCast,
    (op, adaptor, r) => {
      const types = converter.convert(op.dest.type);
      const [values] = adaptor.convertedOperands;
      const [pointer, ...rest] = values ?? [];
      if (types === undefined || pointer === undefined) return r.fail(noForm);
      const there = insertOne(r, llvm.AddrSpaceCastOp, [pointer], types[0]!);
      r.replaceOp(op, [[there, ...rest]]);
      return true;
    },
    { converter },
  );
}

function subview(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.subview-to-llvm",
    ops.SubView,
    (op, adaptor, r) => {
      const view = viewOf(op.source, adaptor.convertedOperands[0], converter);
      const to = op.result.type;
      if (view === undefined || converter.convert(to) === undefined) return r.fail(noForm);
      const offsets = joinMixed(adaptor.offsets, op.static_offsets).map((x) => valueOf(r, x));
      const sizes = joinMixed(adaptor.sizes, op.static_sizes);
      const steps = joinMixed(adaptor.strides, op.static_strides);
      const dropped = op.droppedDims;
      const kept = <T>(list: readonly T[]): T[] => list.filter((_, d) => !dropped.includes(d));
      const start = view.position(r, offsets, false);
      const pointer = moved(r, view, view.pointer, start);
      const strides = (): Value[] =>
        kept(steps.map((s, d) => multiply(r, view.stride(r, d), valueOf(r, s))));
      const extents = kept(sizes).map((n) => valueOf(r, n));
      r.replaceOp(op, [assembleView(to, pointer, extents, strides)]);
      return true;
    },
    { converter },
  );
}

function reinterpretCast(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.reinterpret_cast-to-llvm",
    ops.ReinterpretCast,
    (op, adaptor, r) => {
      const view = viewOf(op.source, adaptor.convertedOperands[0], converter);
      const to = op.result.type;
      if (view === undefined || converter.convert(to) === undefined) return r.fail(noForm);
      const base = basePointer(r, view);
      if (base === undefined) return r.fail("where the source's memory begins is not known");
      const offset = joinMixed(adaptor.offsets, op.static_offsets)[0]!;
      const list = (xs: readonly MixedIndex[]): Value[] => xs.map((x) => valueOf(r, x));
      const pointer = offset === 0 ? base : moved(r, view, base, valueOf(r, offset));
      const extents = list(joinMixed(adaptor.sizes, op.static_sizes));
      const strides = (): Value[] => list(joinMixed(adaptor.strides, op.static_strides));
      r.replaceOp(op, [assembleView(to, pointer, extents, strides)]);
      return true;
    },
    { converter },
  );
}

/**
 * The pointer of a view includes its offset, so the offset found here is what the type states, or 0
 * where that is not known; base and offset together say the same as the view.
 */
function extractStridedMetadata(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.extract_strided_metadata-to-llvm",
    ops.ExtractStridedMetadata,
    (op, adaptor, r) => {
      const view = viewOf(op.source, adaptor.convertedOperands[0], converter);
      if (view === undefined) return r.fail(noForm);
      const offset = staticOffset(view.type) ?? 0;
      const base = basePointer(r, view) ?? view.pointer;
      const strides = view.type.shape.map((_, d) => [view.stride(r, d)]);
      const extents = view.extents(r).map((e) => [e]);
      r.replaceOp(op, [[base], [i64Constant(r, offset)], ...extents, ...strides]);
      return true;
    },
    { converter },
  );
}

function extractPointer(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.extract_aligned_pointer_as_index-to-llvm",
    ops.ExtractAlignedPointerAsIndex,
    (op, adaptor, r) => {
      const view = viewOf(op.source, adaptor.convertedOperands[0], converter);
      if (view === undefined) return r.fail(noForm);
      const base = basePointer(r, view) ?? view.pointer;
      r.replaceOp(op, [insertOne(r, llvm.PtrToIntOp, [base], i64)]);
      return true;
    },
    { converter },
  );
}

function transpose(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.transpose-to-llvm",
    ops.Transpose,
    (op, adaptor, r) => {
      const view = viewOf(op.in, adaptor.convertedOperands[0], converter);
      const to = op.result.type;
      if (view === undefined || converter.convert(to) === undefined) return r.fail(noForm);
      const { dims } = op;
      const extents = dims.map((d) => view.extent(r, d));
      const strides = (): Value[] => dims.map((d) => view.stride(r, d));
      r.replaceOp(op, [assembleView(to, view.pointer, extents, strides)]);
      return true;
    },
    { converter },
  );
}

function collapseShape(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.collapse_shape-to-llvm",
    ops.CollapseShape,
    (op, adaptor, r) => {
      const view = viewOf(op.src, adaptor.convertedOperands[0], converter);
      const to = op.result.type;
      if (view === undefined || converter.convert(to) === undefined) return r.fail(noForm);
      const { groups } = op;
      const extents = groups.map((g) =>
        product(
          r,
          g.map((d) => view.extent(r, d)),
        ),
      );
      // The innermost dimension that is stepped along gives the stride.
      const strides = (): Value[] =>
        groups.map((g) => view.stride(r, g.findLast((d) => view.type.shape[d] !== 1) ?? g.at(-1)!));
      r.replaceOp(op, [assembleView(to, view.pointer, extents, strides)]);
      return true;
    },
    { converter },
  );
}

function expandShape(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.expand_shape-to-llvm",
    ops.ExpandShape,
    (op, adaptor, r) => {
      const view = viewOf(op.src, adaptor.convertedOperands[0], converter);
      const to = op.result.type;
      if (view === undefined || converter.convert(to) === undefined) return r.fail(noForm);
      const shape = joinMixed(adaptor.output_shape, op.static_output_shape);
      const extents = shape.map((n) => valueOf(r, n));
      const { groups } = op;
      const strides = (): Value[] =>
        extents.map((_, d) => {
          const from = groups.findIndex((g) => g.includes(d));
          const inner = (groups[from] ?? []).filter((k) => k > d).map((k) => extents[k]!);
          const step = from < 0 ? i64Constant(r, 1) : view.stride(r, from);
          return multiply(r, step, product(r, inner), ["nsw"]);
        });
      r.replaceOp(op, [assembleView(to, view.pointer, extents, strides)]);
      return true;
    },
    { converter },
  );
}

/** Extents are read from a buffer of indices or integers. */
function reshape(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.reshape-to-llvm",
    ops.Reshape,
    (op, adaptor, r) => {
      const view = viewOf(op.source, adaptor.convertedOperands[0], converter);
      const shape = viewOf(op.shape, adaptor.convertedOperands[1], converter);
      const to = op.result.type;
      if (view === undefined || shape === undefined || !(to instanceof MemRefType)) {
        return r.fail(noForm);
      }
      if (converter.convert(to) === undefined || !isDense(to)) return r.fail(noForm);
      const extents = to.shape.map((n, d) => (n < 0 ? readExtent(r, shape, d) : i64Constant(r, n)));
      r.replaceOp(op, [assembleView(to, view.pointer, extents, () => [])]);
      return true;
    },
    { converter },
  );
}

function readExtent(r: ConversionRewriter, shape: MemRefView, d: number): Value {
  const addr = shape.address(r, [i64Constant(r, d)]);
  const loaded = r.insert(llvm.LoadOp.of({ addr }, { types: { res: shape.memoryType } })).res;
  const n = fromMemory(r, loaded, shape.elementType);
  if (n.type === i64) return n;
  const { width } = n.type as typeof i64;
  return insertOne(r, width < 64 ? llvm.SExtOp : llvm.TruncOp, [n], i64);
}

function view(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.view-to-llvm",
    ops.View,
    (op, adaptor, r) => {
      const bytes = viewOf(op.source, adaptor.convertedOperands[0], converter);
      const to = op.result.type;
      if (bytes === undefined || converter.convert(to) === undefined) return r.fail(noForm);
      const pointer = offsetPointer(r, bytes.pointer, i8, adaptor.byte_shift, { inBounds: false });
      r.replaceOp(op, [[pointer, ...adaptor.sizes]]);
      return true;
    },
    { converter },
  );
}

/** The promise becomes an assumption about the pointer. */
function assumeAlignment(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.assume_alignment-to-llvm",
    ops.AssumeAlignment,
    (op, adaptor, r) => {
      const source = viewOf(op.memref, adaptor.convertedOperands[0], converter);
      if (source === undefined) return r.fail(noForm);
      const bytes = i64Constant(r, statedAlignment(op)?.value ?? 1n);
      r.insert(llvm.assumeAligned(constantOf(r, llvm.boolTypeLike(i64), 1), source.pointer, bytes));
      r.replaceOp(op, [adaptor.convertedOperands[0]!]);
      return true;
    },
    { converter },
  );
}

/** LLVM's `noalias` is a matter of arguments: the promise is kept for those only. */
function distinctObjects(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.distinct_objects-to-llvm",
    ops.DistinctObjects,
    (op, adaptor, r) => {
      r.replaceOp(op, adaptor.convertedOperands);
      return true;
    },
    { converter },
  );
}

/** Conversions of everything that sees memory otherwise. */
export function viewPatterns(converter: TypeConverter): RewritePattern[] {
  return [
    cast(converter),
    memorySpaceCast(converter),
    subview(converter),
    reinterpretCast(converter),
    extractStridedMetadata(converter),
    extractPointer(converter),
    transpose(converter),
    collapseShape(converter),
    expandShape(converter),
    reshape(converter),
    view(converter),
    assumeAlignment(converter),
    distinctObjects(converter),
  ];
}
