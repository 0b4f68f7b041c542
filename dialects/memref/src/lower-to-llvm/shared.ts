/** What the conversions of memref operations share. */
import {
  i64,
  IntegerAttr,
  MemRefType,
  type MixedIndex,
  type Operation,
  StridedLayoutAttr,
  type Value,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import {
  add,
  alignment,
  i64Constant,
  insertOne,
  MemRefView,
  multiply,
  offsetPointer,
  tryConstant,
} from "@strata/llvm/lowering";
import type { Rewriter, TypeConverter } from "@strata/rewrite";

/** Bytes that buffers on the heap are aligned to: a cache line, and the widest vector. */
export const heapAlignment = 64;

/** Why an operation stays. */
export const noForm = "a memref without strides, or not of static rank, has no form in LLVM";

/** The view of a converted memref; undefined when it has no form in LLVM. */
export function viewOf(
  original: Value,
  values: readonly Value[] | undefined,
  converter: TypeConverter,
): MemRefView | undefined {
  const { type } = original;
  return type instanceof MemRefType && values !== undefined && converter.convert(type) !== undefined
    ? new MemRefView(type, values, converter)
    : undefined;
}

/** The alignment an operation states, in bytes. */
export function statedAlignment(op: Operation): IntegerAttr | undefined {
  const a = op.getAttr("alignment");
  return a instanceof IntegerAttr && a.value > 0n ? alignment(Number(a.value)) : undefined;
}

/** A number or a converted index as an i64 value. */
export function valueOf(r: Rewriter, x: MixedIndex): Value {
  return typeof x === "number" ? i64Constant(r, x) : x;
}

/** Bytes of a dense buffer. */
export function bytesOf(r: Rewriter, view: MemRefView): Value {
  const size = i64Constant(r, llvm.sizeOf(view.memoryType));
  return multiply(r, view.numElements(r), size, ["nsw", "nuw"]);
}

/** `n` rounded up to a power of two: `aligned_alloc` takes multiples of the alignment only. */
export function roundUp(r: Rewriter, n: Value, to: number): Value {
  const known = tryConstant(n);
  if (known !== undefined) return i64Constant(r, Math.ceil(Number(known) / to) * to);
  const raised = add(r, n, i64Constant(r, to - 1), ["nsw", "nuw"]);
  return insertOne(r, llvm.AndOp, [raised, i64Constant(r, -to)], i64);
}

/** Elements from the base of a buffer to its first one; undefined when the type does not say. */
export function staticOffset(type: MemRefType): number | undefined {
  const { layout } = type;
  if (!(layout instanceof StridedLayoutAttr)) return 0;
  return layout.offset === StridedLayoutAttr.dynamic ? undefined : layout.offset;
}

/** The pointer to where offset 0 would be; undefined when the type does not state its offset. */
export function basePointer(r: Rewriter, view: MemRefView): Value | undefined {
  const offset = staticOffset(view.type);
  if (offset === undefined || offset === 0) return offset === 0 ? view.pointer : undefined;
  const back = i64Constant(r, -offset);
  return offsetPointer(r, view.pointer, view.memoryType, back, { inBounds: false });
}
