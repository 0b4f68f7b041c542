/**
 * What the types of the higher levels become in LLVM.
 *
 * | type | becomes |
 * |---|---|
 * | `index` | `i64` |
 * | `vector<4xf32>`, `vector<f32>` | `vector<4xf32>`, `vector<1xf32>` |
 * | `vector<2x4xf32>` | `!llvm.array<2 x vector<4xf32>>` |
 * | `memref<?x4xf32>` | a pointer to element [0, 0], then one `i64` for each dynamic extent |
 * | `memref<?xf32, strided<[?]>>` | the same, then one `i64` for each dynamic stride |
 * | `(i32) -> f32` | `!llvm.ptr` |
 *
 * A memref's pointer already includes the offset of its layout.
 */
import {
  AffineMapAttr,
  dynamic,
  FloatType,
  FunctionType,
  IndexType,
  IntegerAttr,
  IntegerType,
  i64,
  MemRefType,
  StridedLayoutAttr,
  type Type,
  UnrankedMemRefType,
  VectorType,
} from "@strata/ir";
import { TypeConverter } from "@strata/rewrite";
import {
  isCompatibleType,
  isLLVMFloat,
  LLVMArrayType,
  LLVMPointerType,
  LLVMType,
  ptr,
} from "../types.ts";

/** A number known at compile time, or `dynamic`. */
export type Extent = number;

/** Steps between neighbours of a memref in elements, `dynamic` where unknown; none: no strides. */
export function stridesOf(type: MemRefType): Extent[] | undefined {
  const { layout } = type;
  if (layout instanceof StridedLayoutAttr) {
    return layout.strides.map((s) => (s === StridedLayoutAttr.dynamic ? dynamic : s));
  }
  if (layout !== undefined && !(layout instanceof AffineMapAttr && layout.map.isIdentity)) {
    return undefined;
  }
  const strides = new Array<Extent>(type.rank).fill(1);
  for (let d = type.rank - 2; d >= 0; d--) {
    const inner = strides[d + 1]!;
    const extent = type.shape[d + 1]!;
    strides[d] = inner === dynamic || extent === dynamic ? dynamic : inner * extent;
  }
  return strides;
}

/** Whether a memref is dense and row-major, so that its extents give its strides. */
export function isDense(type: MemRefType): boolean {
  return !(type.layout instanceof StridedLayoutAttr);
}

/** Whether the elements of a memref follow each other in row-major order without gaps. */
export function isContiguous(type: MemRefType): boolean {
  if (isDense(type)) return true;
  const dense = stridesOf(MemRefType.get(type.shape, type.elementType));
  const strides = stridesOf(type);
  return type.hasStaticShape && strides !== undefined && strides.every((s, d) => s === dense?.[d]);
}

function addressSpaceOf(type: MemRefType): number | undefined {
  const space = type.memorySpace;
  if (space === undefined) return 0;
  return space instanceof IntegerAttr ? Number(space.value) : undefined;
}

/** The types of the values that stand for a memref; undefined when it has no such form. */
export function memRefComponents(type: MemRefType): Type[] | undefined {
  const strides = stridesOf(type);
  const space = addressSpaceOf(type);
  if (strides === undefined || space === undefined) return undefined;
  const dynamicStrides = isDense(type) ? 0 : strides.filter((s) => s === dynamic).length;
  const numbers = type.numDynamicDims + dynamicStrides;
  return [LLVMPointerType.get(space), ...new Array<Type>(numbers).fill(i64)];
}

function convertVector(type: VectorType, element: Type): Type | null {
  if (type.scalable.some(Boolean) || type.numElements === 0) return null;
  if (
    !(element instanceof IntegerType || isLLVMFloat(element) || element instanceof LLVMPointerType)
  ) {
    return null;
  }
  let t: Type = VectorType.get([type.shape[type.rank - 1] ?? 1], element);
  for (let d = type.rank - 2; d >= 0; d--) t = LLVMArrayType.get(type.shape[d]!, t);
  return t;
}

/** Converts the types of the levels above to LLVM's. */
export function createLLVMTypeConverter(): TypeConverter {
  const converter: TypeConverter = new TypeConverter()
    .add((t) => (t instanceof LLVMType && isCompatibleType(t) ? t : null))
    .addFor(IntegerType, (t) => (t.signedness === "signless" && t.width > 0 ? t : null))
    .addFor(FloatType, (t) => (isLLVMFloat(t) ? t : null))
    .addFor(IndexType, () => i64)
    .addFor(FunctionType, () => ptr)
    .addFor(VectorType, (t) => {
      const element = converter.convertOne(t.elementType);
      return element === undefined ? null : convertVector(t, element);
    })
    .addFor(UnrankedMemRefType, () => null)
    .addFor(MemRefType, (t) =>
      converter.convertOne(t.elementType) === undefined ? null : (memRefComponents(t) ?? null),
    );
  return converter;
}

/**
 * The type an element has in memory. Integers whose width is no power of two of at least 8 take the
 * next such, so that every element has its own bytes: an `i1` is a byte 0 or 1.
 */
export function memoryTypeOf(element: Type): Type {
  if (!(element instanceof IntegerType) || element.width > 64) return element;
  let width = 8;
  while (width < element.width) width *= 2;
  return IntegerType.get(width);
}
