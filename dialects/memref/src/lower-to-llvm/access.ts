/** Elements, extents and copies. */
import { IntegerAttr, MemRefType, type Operation, type Value } from "@strata/ir";
import * as llvm from "@strata/llvm";
import {
  emitLoop,
  fromMemory,
  i64Constant,
  isContiguous,
  type MemRefView,
  multiply,
  toMemory,
  tryConstant,
} from "@strata/llvm/lowering";
import {
  type ConversionRewriter,
  conversionPattern,
  type RewritePattern,
  type TypeConverter,
} from "@strata/rewrite";
import * as ops from "../ops.ts";
import { bytesOf, noForm, statedAlignment, viewOf } from "./shared.ts";

const isTrue = (op: Operation, name: string): boolean => {
  const a = op.getAttr(name);
  return a instanceof IntegerAttr && a.isTrue;
};

function load(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.load-to-llvm",
    ops.Load,
    (op, adaptor, r) => {
      const view = viewOf(op.memref, adaptor.convertedOperands[0], converter);
      if (view === undefined) return r.fail(noForm);
      const addr = view.address(r, adaptor.indices);
      const init = {
        addr,
        alignment: statedAlignment(op),
        nontemporal: isTrue(op, "nontemporal"),
      };
      const loaded = r.insert(llvm.LoadOp.of(init, { types: { res: view.memoryType } }));
      r.replaceOp(op, [fromMemory(r, loaded.res, view.elementType)]);
      return true;
    },
    { converter },
  );
}

function store(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.store-to-llvm",
    ops.Store,
    (op, adaptor, r) => {
      const view = viewOf(op.memref, adaptor.convertedOperands[1], converter);
      if (view === undefined) return r.fail(noForm);
      const addr = view.address(r, adaptor.indices);
      const value = toMemory(r, adaptor.value);
      const nontemporal = isTrue(op, "nontemporal");
      r.insert(llvm.StoreOp.of({ value, addr, alignment: statedAlignment(op), nontemporal }));
      r.eraseOp(op);
      return true;
    },
    { converter },
  );
}

/** An extent by a computed dimension: a chain of selections. */
function extentAt(r: ConversionRewriter, view: MemRefView, dimension: Value): Value {
  const known = tryConstant(dimension);
  if (known !== undefined && known >= 0n && known < BigInt(view.type.rank)) {
    return view.extent(r, Number(known));
  }
  const extents = view.extents(r);
  return extents.slice(1).reduce((chosen, extent, k) => {
    const predicate = llvm.ICmpPredicate.attr("eq");
    const is = llvm.ICmpOp.of({ lhs: dimension, rhs: i64Constant(r, k + 1), predicate });
    const condition = r.insert(is).res;
    const pick = llvm.SelectOp.of({ condition, trueValue: extent, falseValue: chosen });
    return r.insert(pick).res;
  }, extents[0]!);
}

function dim(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.dim-to-llvm",
    ops.Dim,
    (op, adaptor, r) => {
      const view = viewOf(op.source, adaptor.convertedOperands[0], converter);
      if (view === undefined) return r.fail(noForm);
      if (view.type.rank === 0) return r.fail("a memref of rank 0 has no dimensions");
      r.replaceOp(op, [extentAt(r, view, adaptor.index)]);
      return true;
    },
    { converter },
  );
}

function rank(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.rank-to-llvm",
    ops.Rank,
    (op, _adaptor, r) => {
      const { type } = op.memref;
      if (!(type instanceof MemRefType)) return r.fail(noForm);
      r.replaceOp(op, [i64Constant(r, type.rank)]);
      return true;
    },
    { converter },
  );
}

/** Inserts a copy of bytes between separate ranges. */
export function insertMemcpy(r: ConversionRewriter, dst: Value, src: Value, len: Value): void {
  r.insert(llvm.MemcpyOp.of({ dst, src, len, isVolatile: IntegerAttr.bool(false) }));
}

/**
 * Dense buffers are copied at once; others row by row where rows are dense, else element by
 * element, in loops over the outer dimensions.
 */
function copy(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.copy-to-llvm",
    ops.Copy,
    (op, adaptor, r) => {
      const from = viewOf(op.source, adaptor.convertedOperands[0], converter);
      const to = viewOf(op.target, adaptor.convertedOperands[1], converter);
      if (from === undefined || to === undefined) return r.fail(noForm);
      if (isContiguous(from.type) && isContiguous(to.type)) {
        insertMemcpy(r, to.pointer, from.pointer, bytesOf(r, from));
        r.eraseOp(op);
        return true;
      }
      const byRow = from.hasUnitStride && to.hasUnitStride && from.type.rank > 0;
      const loops = byRow ? from.type.rank - 1 : from.type.rank;
      const bounds = Array.from({ length: loops }, (_, d) => from.extent(r, d));
      emitLoop(r, op, bounds, (indices) => {
        if (byRow) copyRow(r, from, to, indices);
        else copyElement(r, from, to, indices);
      });
      r.eraseOp(op);
      return true;
    },
    { converter },
  );
}

function copyRow(
  r: ConversionRewriter,
  from: MemRefView,
  to: MemRefView,
  outer: readonly Value[],
): void {
  const first = [...outer, i64Constant(r, 0)];
  const size = i64Constant(r, llvm.sizeOf(from.memoryType));
  const len = multiply(r, from.extent(r, outer.length), size, ["nsw", "nuw"]);
  insertMemcpy(r, to.address(r, first), from.address(r, first), len);
}

function copyElement(
  r: ConversionRewriter,
  from: MemRefView,
  to: MemRefView,
  indices: readonly Value[],
): void {
  const addr = from.address(r, indices);
  const value = r.insert(llvm.LoadOp.of({ addr }, { types: { res: from.memoryType } })).res;
  r.insert(llvm.StoreOp.of({ value, addr: to.address(r, indices) }));
}

function prefetch(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.prefetch-to-llvm",
    ops.Prefetch,
    (op, adaptor, r) => {
      const view = viewOf(op.memref, adaptor.convertedOperands[0], converter);
      if (view === undefined) return r.fail(noForm);
      const number = (b: IntegerAttr): IntegerAttr =>
        IntegerAttr.get(b.isTrue ? 1n : 0n, op.localityHint.type);
      const addr = view.address(r, adaptor.indices, false);
      r.insert(
        llvm.PrefetchOp.of({
          addr,
          rw: number(op.isWrite),
          hint: op.localityHint,
          cache: number(op.isDataCache),
        }),
      );
      r.eraseOp(op);
      return true;
    },
    { converter },
  );
}

/** Conversions of loads, stores, extents, copies and prefetches. */
export function accessPatterns(converter: TypeConverter): RewritePattern[] {
  return [
    load(converter),
    store(converter),
    dim(converter),
    rank(converter),
    copy(converter),
    prefetch(converter),
  ];
}
