/**
 * Tensors in the memory of the host.
 *
 * Invariants: elements are dense and row-major; `data` is of the class that `dtype` is stored in
 * and holds as many elements as the product of `shape`. Any object of this form is a host tensor,
 * whatever made it.
 */
import { dtypeInfo, isDType, type DType, type StorageArray } from "@strata/support";

/** Elements in a typed array, with their type and extents. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: StorageArray;
}

/** A scalar as programs hold it: i64 and u64 are bigints, `bool` may be a boolean. */
export type ScalarValue = number | bigint | boolean;

/** What stands for one argument or result in host memory. */
export type HostValue = ScalarValue | HostTensor;

/** A scalar's value with its type. */
export interface TypedScalar {
  readonly dtype: DType | "index";
  readonly value: number | bigint;
}

/** The number of elements of a shape; exact below 2^53, Infinity or imprecise above. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const extent of shape) count *= extent;
  // 0 · Infinity: an empty tensor is empty whatever its other extents.
  return Number.isNaN(count) ? 0 : count;
}

/** Bytes of a dense tensor; exact below 2^53. */
export function byteCount(dtype: DType, shape: readonly number[]): number {
  return elementCount(shape) * dtypeInfo(dtype).bytes;
}

/** A tensor of zeros; RangeError where the host has no room. */
export function zeros(dtype: DType, shape: readonly number[]): HostTensor {
  return { dtype, shape: [...shape], data: new (dtypeInfo(dtype).array)(elementCount(shape)) };
}

/** Whether a value has the form of a host tensor, its data of the right class and length. */
export function isHostTensor(value: unknown): value is HostTensor {
  if (typeof value !== "object" || value === null) return false;
  if (!("dtype" in value && "shape" in value && "data" in value)) return false;
  const { dtype, shape, data } = value;
  if (typeof dtype !== "string" || !isDType(dtype) || !isShape(shape)) return false;
  if (!ArrayBuffer.isView(data) || !("length" in data)) return false;
  const expected = dtypeInfo(dtype).array.name;
  return classNameOf(data) === expected && data.length === elementCount(shape);
}

/** Whether a value is a list of extents: safe integers from 0. */
export function isShape(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((extent) => Number.isSafeInteger(extent) && Number(extent) >= 0)
  );
}

/** The class name of a typed array, the same across realms. */
export function classNameOf(view: ArrayBufferView): string {
  return Object.prototype.toString.call(view).slice(8, -1);
}

const NATURAL: ReadonlyMap<string, DType> = new Map<string, DType>([
  ["Int8Array", "i8"],
  ["Int16Array", "i16"],
  ["Int32Array", "i32"],
  ["BigInt64Array", "i64"],
  ["Uint8Array", "u8"],
  ["Uint16Array", "u16"],
  ["Uint32Array", "u32"],
  ["BigUint64Array", "u64"],
  ["Float32Array", "f32"],
  ["Float64Array", "f64"],
]);

/** A bare typed array as a tensor of rank 1; undefined for other values. Not copied. */
export function tryWrapArray(value: unknown): HostTensor | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const dtype = NATURAL.get(classNameOf(value));
  if (dtype === undefined) return undefined;
  const tensor = { dtype, shape: [(value as Uint8Array).length], data: value };
  return isHostTensor(tensor) ? tensor : undefined;
}

/** `f32[480, 640]`. */
export function formatTensorType(dtype: DType, shape: readonly number[]): string {
  return `${dtype}[${shape.join(", ")}]`;
}
