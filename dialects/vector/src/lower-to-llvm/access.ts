/** Loads and stores of vectors, masked and by positions. */
import { i64, type IntegerType, MemRefType, type Type, type Value, VectorType } from "@strata/ir";
import * as llvm from "@strata/llvm";
import {
  alignment,
  alignment32,
  fromMemory,
  inMemory,
  insertOne,
  MemRefView,
  offsetPointer,
  splat,
  toMemory,
} from "@strata/llvm/lowering";
import {
  type ConversionRewriter,
  conversionPattern,
  type RewritePattern,
  type TypeConverter,
} from "@strata/rewrite";
import * as ops from "../ops.ts";

/** A memref and the type of the vectors that are moved, or why they cannot be. */
type Access = { readonly view: MemRefView; readonly type: VectorType } | string;

function accessOf(
  base: Value,
  values: readonly Value[] | undefined,
  vector: Type,
  converter: TypeConverter,
  strided = false,
): Access {
  const memref = base.type;
  const type = converter.convertOne(vector);
  if (!(memref instanceof MemRefType) || values === undefined) return "the base is no memref";
  if (converter.convert(memref) === undefined) return "the memref has no form in LLVM";
  if (!(type instanceof VectorType)) return "only vectors of rank 1 are moved to and from memory";
  const view = new MemRefView(memref, values, converter);
  if (view.type.rank === 0) return "a memref of rank 0 holds no row";
  if (!strided && !view.hasUnitStride) return "the innermost dimension has no unit stride";
  return { view, type };
}

const elementAlignment = (view: MemRefView): number => llvm.alignmentOfType(view.memoryType);

function load(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.load-to-llvm",
    ops.Load,
    (op, adaptor, r) => {
      const a = accessOf(op.base, adaptor.convertedOperands[0], op.result.type, converter);
      if (typeof a === "string") return r.fail(a);
      const addr = a.view.address(r, adaptor.indices);
      const types = { res: inMemory(a.type) };
      const init = { addr, alignment: alignment(elementAlignment(a.view)) };
      const loaded = r.insert(llvm.LoadOp.of(init, { types })).res;
      r.replaceOp(op, [fromMemory(r, loaded, a.type)]);
      return true;
    },
    { converter },
  );
}

function store(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.store-to-llvm",
    ops.Store,
    (op, adaptor, r) => {
      const values = adaptor.convertedOperands[1];
      const a = accessOf(op.base, values, op.valueToStore.type, converter);
      if (typeof a === "string") return r.fail(a);
      const addr = a.view.address(r, adaptor.indices);
      const value = toMemory(r, adaptor.valueToStore);
      r.insert(llvm.StoreOp.of({ value, addr, alignment: alignment(elementAlignment(a.view)) }));
      r.eraseOp(op);
      return true;
    },
    { converter },
  );
}

function maskedLoad(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.maskedload-to-llvm",
    ops.MaskedLoad,
    (op, adaptor, r) => {
      const a = accessOf(op.base, adaptor.convertedOperands[0], op.result.type, converter);
      if (typeof a === "string") return r.fail(a);
      // Lanes that are off may lie outside of the buffer, and so may the first.
      const data = a.view.address(r, adaptor.indices, false);
      const init = {
        data,
        mask: adaptor.mask,
        pass_thru: [toMemory(r, adaptor.pass_thru)],
        alignment: alignment32(elementAlignment(a.view)),
      };
      const loaded = r.insert(llvm.MaskedLoadOp.of(init, { types: { res: inMemory(a.type) } })).res;
      r.replaceOp(op, [fromMemory(r, loaded, a.type)]);
      return true;
    },
    { converter },
  );
}

function maskedStore(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.maskedstore-to-llvm",
    ops.MaskedStore,
    (op, adaptor, r) => {
      const values = adaptor.convertedOperands[0];
      const a = accessOf(op.base, values, op.valueToStore.type, converter);
      if (typeof a === "string") return r.fail(a);
      const data = a.view.address(r, adaptor.indices, false);
      r.insert(
        llvm.MaskedStoreOp.of({
          value: toMemory(r, adaptor.valueToStore),
          data,
          mask: adaptor.mask,
          alignment: alignment32(elementAlignment(a.view)),
        }),
      );
      r.eraseOp(op);
      return true;
    },
    { converter },
  );
}

/** The addresses of the lanes: positions count along the innermost dimension from the offsets. */
function addresses(
  r: ConversionRewriter,
  view: MemRefView,
  offsets: readonly Value[],
  positions: Value,
): Value {
  const start = view.address(r, offsets, false);
  const wide = toIndices(r, positions);
  const stride = view.stride(r, view.type.rank - 1);
  const steps = view.hasUnitStride
    ? wide
    : insertOne(r, llvm.MulOp, [wide, splat(r, stride, wide.type as VectorType)], wide.type);
  return offsetPointer(r, start, view.memoryType, steps, { inBounds: false });
}

/** Positions as 64-bit numbers, signed. */
function toIndices(r: ConversionRewriter, v: Value): Value {
  const type = v.type as VectorType;
  const { width } = type.elementType as IntegerType;
  const wide = type.withElementType(i64);
  if (width === 64) return v;
  return insertOne(r, width < 64 ? llvm.SExtOp : llvm.TruncOp, [v], wide);
}

const isRow = (v: Value): boolean => v.type instanceof VectorType && v.type.rank === 1;

function gather(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.gather-to-llvm",
    ops.Gather,
    (op, adaptor, r) => {
      const values = adaptor.convertedOperands[0];
      const a = accessOf(op.base, values, op.result.type, converter, true);
      if (typeof a === "string") return r.fail(a);
      if (!isRow(op.index_vec)) return r.fail("positions are a vector of rank 1");
      const init = {
        ptrs: addresses(r, a.view, adaptor.offsets, adaptor.index_vec),
        mask: adaptor.mask,
        pass_thru: [toMemory(r, adaptor.pass_thru)],
        alignment: alignment32(elementAlignment(a.view)),
      };
      const types = { res: inMemory(a.type) };
      const loaded = r.insert(llvm.MaskedGatherOp.of(init, { types })).res;
      r.replaceOp(op, [fromMemory(r, loaded, a.type)]);
      return true;
    },
    { converter },
  );
}

function scatter(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.scatter-to-llvm",
    ops.Scatter,
    (op, adaptor, r) => {
      const values = adaptor.convertedOperands[0];
      const a = accessOf(op.base, values, op.valueToStore.type, converter, true);
      if (typeof a === "string") return r.fail(a);
      if (!isRow(op.index_vec)) return r.fail("positions are a vector of rank 1");
      r.insert(
        llvm.MaskedScatterOp.of({
          value: toMemory(r, adaptor.valueToStore),
          ptrs: addresses(r, a.view, adaptor.offsets, adaptor.index_vec),
          mask: adaptor.mask,
          alignment: alignment32(elementAlignment(a.view)),
        }),
      );
      r.eraseOp(op);
      return true;
    },
    { converter },
  );
}

/** Conversions of everything that moves vectors to and from memory. */
export function accessPatterns(converter: TypeConverter): RewritePattern[] {
  return [
    load(converter),
    store(converter),
    maskedLoad(converter),
    maskedStore(converter),
    gather(converter),
    scatter(converter),
  ];
}
