/** Which elements can be read as vectors. */
import { FloatType, IndexType, IntegerType, type MemRefType, type Type } from "@strata/ir";

/** Bits of an element in memory. */
export function elementBits(t: Type): number {
  if (t instanceof FloatType) return t.width;
  if (t instanceof IntegerType)
    return t.width <= 8 ? 8 : t.width <= 16 ? 16 : t.width <= 32 ? 32 : 64;
  return 64;
}

/** Whether `lanes` consecutive elements of a buffer, from an aligned position on, are aligned. */
export function hasAlignedRows(t: MemRefType, lanes: number): boolean {
  const bits = elementBits(t.elementType) * lanes;
  if (lanes < 2 || t.rank === 0 || bits > 128 || bits < 16) return false;
  if (t.elementType instanceof IndexType) return false;
  if (t.elementType instanceof IntegerType && ![8, 16, 32, 64].includes(t.elementType.width)) {
    return false;
  }
  return t.rank === 1 || (t.shape[t.rank - 1]! >= 0 && t.shape[t.rank - 1]! % lanes === 0);
}
