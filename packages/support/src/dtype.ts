/**
 * The scalar types of the kernel language and how tensors of them are stored.
 *
 * Invariants: `f16` and `bf16` are stored as 16-bit patterns, `bool` as a byte 0 or 1; values of
 * `i64` and `u64` are bigints, all others numbers (`bool` also as a JavaScript boolean).
 */
import {
  bf16FromBits,
  bf16ToBits,
  f16FromBits,
  f16ToBits,
  roundBF16,
  roundF16,
  roundF32,
} from "./float.ts";

/** The element types a tensor may have. */
export type DType =
  | "bool"
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "f16"
  | "bf16"
  | "f32"
  | "f64";

/** A scalar's type: an element type, or `index` for positions and extents. */
export type ScalarType = DType | "index";

/** A family of scalar types. */
export type DTypeKind = "bool" | "int" | "uint" | "float";

/** A typed array of one of the classes that tensors are stored in. */
export type StorageArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** The class of a storage array. */
export interface StorageConstructor {
  new (length: number): StorageArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): StorageArray;
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
}

/** What is known of an element type. */
export interface DTypeInfo {
  readonly name: DType;
  readonly kind: DTypeKind;
  /** Bits of the value (1 for `bool`). */
  readonly bits: number;
  /** Bytes of one stored element. */
  readonly bytes: number;
  /** Values are bigints. */
  readonly isBigInt: boolean;
  readonly array: StorageConstructor;
}

function info(
  name: DType,
  kind: DTypeKind,
  bits: number,
  array: StorageConstructor,
): readonly [DType, DTypeInfo] {
  const isBigInt = kind !== "float" && bits === 64;
  return [name, { name, kind, bits, bytes: array.BYTES_PER_ELEMENT, isBigInt, array }];
}

const TABLE: ReadonlyMap<string, DTypeInfo> = new Map<string, DTypeInfo>([
  info("bool", "bool", 1, Uint8Array),
  info("i8", "int", 8, Int8Array),
  info("i16", "int", 16, Int16Array),
  info("i32", "int", 32, Int32Array),
  info("i64", "int", 64, BigInt64Array),
  info("u8", "uint", 8, Uint8Array),
  info("u16", "uint", 16, Uint16Array),
  info("u32", "uint", 32, Uint32Array),
  info("u64", "uint", 64, BigUint64Array),
  info("f16", "float", 16, Uint16Array),
  info("bf16", "float", 16, Uint16Array),
  info("f32", "float", 32, Float32Array),
  info("f64", "float", 64, Float64Array),
]);

/** All element types, in the order of the language's documentation. */
export const DTYPES: readonly DType[] = [...TABLE.values()].map(({ name }) => name);

/** Whether a name is that of an element type. */
export function isDType(name: string): name is DType {
  return TABLE.has(name);
}

/** Whether a name is that of a scalar type: an element type or `index`. */
export function isScalarType(name: string): name is ScalarType {
  return name === "index" || TABLE.has(name);
}

/** The facts of an element type. */
export function dtypeInfo(dtype: DType): DTypeInfo {
  const found = TABLE.get(dtype);
  if (found === undefined) throw new RangeError(`unknown element type "${dtype}"`);
  return found;
}

/** Smallest and largest value of an integer type or `index` (64 bits, signed). */
export function integerRange(type: ScalarType): { readonly min: bigint; readonly max: bigint } {
  if (type === "index") return { min: -(2n ** 63n), max: 2n ** 63n - 1n };
  const { kind, bits } = dtypeInfo(type);
  if (kind === "float") throw new RangeError(`${type} is no integer type`);
  if (kind !== "int") return { min: 0n, max: 2n ** BigInt(bits) - 1n };
  return { min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n };
}

/** An integer reduced modulo 2^width into the range of its type (`bool`: `x != 0`). */
export function wrapInteger(type: ScalarType, value: bigint): bigint {
  if (type === "index") return BigInt.asIntN(64, value);
  const { kind, bits } = dtypeInfo(type);
  if (kind === "bool") return value === 0n ? 0n : 1n;
  return kind === "int" ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** A double rounded to a float type. */
export function roundFloat(type: DType, value: number): number {
  switch (type) {
    case "f16":
      return roundF16(value);
    case "bf16":
      return roundBF16(value);
    case "f32":
      return roundF32(value);
    case "f64":
      return value;
    default:
      throw new RangeError(`${type} is no float type`);
  }
}

/** The value at a position of a storage array; `bool` as 0 or 1, f16/bf16 decoded. */
export function readElement(dtype: DType, array: StorageArray, at: number): number | bigint {
  const raw = array[at];
  if (raw === undefined) throw new RangeError(`position ${at} outside 0 … ${array.length - 1}`);
  if (dtype === "f16") return f16FromBits(Number(raw));
  if (dtype === "bf16") return bf16FromBits(Number(raw));
  return raw;
}

/** Stores a value, rounded or wrapped to the element type (as typed arrays do). */
export function writeElement(
  dtype: DType,
  array: StorageArray,
  at: number,
  value: number | bigint | boolean,
): void {
  if (at < 0 || at >= array.length) {
    throw new RangeError(`position ${at} outside 0 … ${array.length - 1}`);
  }
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
    array[at] = typeof value === "bigint" ? value : BigInt(value);
  } else if (dtype === "bool") {
    array[at] = Number(value) === 0 ? 0 : 1;
  } else if (dtype === "f16") {
    array[at] = f16ToBits(Number(value));
  } else if (dtype === "bf16") {
    array[at] = bf16ToBits(Number(value));
  } else {
    array[at] = Number(value);
  }
}
