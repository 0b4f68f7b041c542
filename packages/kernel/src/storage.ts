/**
 * Typed arrays that tensors are stored in.
 *
 * Invariants: f16 and bf16 are 16-bit patterns in a `Uint16Array`, `bool` a byte 0 or 1; the
 * number of elements is the product of the extents and is checked before memory is asked for.
 */
import {
  bf16ToBits,
  type DType,
  dtypeInfo,
  f16ToBits,
  isDType,
  readElement,
  type StorageArray,
} from "@strata/support";
import { settle } from "./convert.ts";
import { badExtent, rankTooHigh, tooLarge, unknownDType } from "./errors.ts";
import type { Scalar } from "./scalars.ts";

/** The typed array class of each element type. */
export interface StorageOf {
  bool: Uint8Array;
  i8: Int8Array;
  i16: Int16Array;
  i32: Int32Array;
  i64: BigInt64Array;
  u8: Uint8Array;
  u16: Uint16Array;
  u32: Uint32Array;
  u64: BigUint64Array;
  f16: Uint16Array;
  bf16: Uint16Array;
  f32: Float32Array;
  f64: Float64Array;
}

const MAX_RANK = 6;
// Typed arrays of V8 hold at most 2^33 bytes or so; beyond 2^53 the product is not exact.
const MAX_BYTES = 2 ** 33;

/** The number of elements of a shape; refuses bad extents, too many axes and too many bytes. */
export function countElements(shape: readonly number[], dtype: DType): number {
  if (!isDType(dtype)) throw unknownDType(String(dtype));
  if (shape.length > MAX_RANK) throw rankTooHigh(shape.length);
  let count = 1;
  for (const [axis, extent] of shape.entries()) {
    if (!Number.isSafeInteger(extent) || extent < 0) throw badExtent(extent, axis);
    count *= extent;
  }
  if (count * dtypeInfo(dtype).bytes > MAX_BYTES) throw tooLarge(shape, dtype);
  return count;
}

/** Zeros for a tensor of the given shape; refuses what does not fit in memory. */
export function allocate(dtype: DType, shape: readonly number[]): StorageArray {
  const count = countElements(shape, dtype);
  try {
    return new (dtypeInfo(dtype).array)(count);
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(shape, dtype);
    throw error;
  }
}

/** Stores values, one per element; floats are rounded, integers wrap. */
export function writeElements(dtype: DType, data: StorageArray, values: ArrayLike<Scalar>): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let k = 0; k < data.length; k++) data[k] = settle(dtype, values[k] ?? 0n) as bigint;
    return;
  }
  const encode = dtype === "f16" ? f16ToBits : dtype === "bf16" ? bf16ToBits : Number;
  for (let k = 0; k < data.length; k++) {
    const value = values[k] ?? 0;
    data[k] = dtype === "bool" ? Number(Boolean(value)) : encode(Number(value));
  }
}

/** The element at a row-major position; RangeError outside. */
export function readScalar(dtype: DType, data: StorageArray, position: number): Scalar {
  const raw = data[position];
  // The types most read need no decoding; a position outside is readElement's to refuse.
  if (raw !== undefined && (dtype === "f32" || dtype === "f64")) return raw;
  const value = readElement(dtype, data, position);
  return dtype === "bool" ? value !== 0 : value;
}
