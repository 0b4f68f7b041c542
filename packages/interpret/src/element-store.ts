/**
 * Typed storage for the elements of tensors and memrefs.
 *
 * Invariants: `get` gives canonical run-time values and `set` takes them; numbers are stored in the
 * layout a compiled program has (little-endian typed arrays: i1 and i2…i8 in a byte, index in 64
 * bits), so that the same memory can be handed to one; other element types are kept as objects.
 */
import { FloatType, IndexType, IntegerType, type Type, VectorType } from "@strata/ir";
import { bf16FromBits, bf16ToBits, DiagnosticError, unsupported, userError } from "@strata/support";
import { type RuntimeValue, VectorValue } from "./value.ts";

/** Arrays whose elements are run-time numbers as they are. */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float16Array
  | Float32Array
  | Float64Array;

/** Arrays that may back a store. */
export type StoreArray = NumberArray | BigInt64Array | BigUint64Array;

/** A fixed number of elements of one type; new stores are zero. */
export interface ElementStore {
  readonly elementType: Type;
  readonly length: number;
  /** The memory behind the elements; undefined where they are kept as objects. */
  readonly array: StoreArray | undefined;
  /** Set by whoever releases the memory, for checks of later accesses. */
  isFreed: boolean;
  /** What an observer of accesses keeps about the elements. */
  observation: object | undefined;
  get(i: number): RuntimeValue;
  set(i: number, value: RuntimeValue): void;
  fill(value: RuntimeValue): void;
  /** A store of its own with the elements from `start` to before `end`. */
  slice(start?: number, end?: number): ElementStore;
  /** Copies `count` elements from another store of the same element type. */
  copyFrom(source: ElementStore, from: number, to: number, count: number): void;
}

/** Is told of every element that is read or written. */
export interface AccessObserver {
  read(store: ElementStore, i: number): void;
  write(store: ElementStore, i: number): void;
}

let observer: AccessObserver | undefined;

/** Tells an observer of the accesses to elements of all stores while a function runs. */
export function observeAccesses<T>(by: AccessObserver, during: () => T): T {
  const outer = observer;
  observer = by;
  try {
    return during();
  } finally {
    observer = outer;
  }
}

/** Whether memory has been released; shared by all stores over it. */
interface Lifetime {
  isFreed: boolean;
}

abstract class TypedStore<A extends StoreArray> implements ElementStore {
  readonly elementType: Type;
  readonly array: A;
  readonly length: number;
  readonly lifetime: Lifetime;
  observation: object | undefined = undefined;

  constructor(elementType: Type, array: A, lifetime: Lifetime = { isFreed: false }) {
    this.elementType = elementType;
    this.array = array;
    this.length = array.length;
    this.lifetime = lifetime;
  }

  get isFreed(): boolean {
    return this.lifetime.isFreed;
  }

  set isFreed(freed: boolean) {
    this.lifetime.isFreed = freed;
  }

  abstract get(i: number): RuntimeValue;
  abstract set(i: number, value: RuntimeValue): void;
  abstract fill(value: RuntimeValue): void;

  slice(start = 0, end = this.length): ElementStore {
    return storeOver(this.elementType, this.array.slice(start, end));
  }

  copyFrom(source: ElementStore, from: number, to: number, count: number): void {
    copyElements(this, source, from, to, count);
  }
}

/** Copies element by element, in the direction that is right when both are one store. */
function copyElements(
  target: ElementStore,
  source: ElementStore,
  from: number,
  to: number,
  count: number,
): void {
  if (to <= from) for (let i = 0; i < count; i++) target.set(to + i, source.get(from + i));
  else for (let i = count - 1; i >= 0; i--) target.set(to + i, source.get(from + i));
}

class NumberStore extends TypedStore<NumberArray> {
  get(i: number): number {
    if (observer !== undefined) observer.read(this, i);
    return this.array[i]!;
  }

  set(i: number, value: RuntimeValue): void {
    if (observer !== undefined) observer.write(this, i);
    this.array[i] = value as number;
  }

  override fill(value: RuntimeValue): void {
    this.array.fill(value as number);
  }
}

class BigIntStore extends TypedStore<BigInt64Array | BigUint64Array> {
  get(i: number): bigint {
    observer?.read(this, i);
    return this.array[i]!;
  }

  set(i: number, value: RuntimeValue): void {
    observer?.write(this, i);
    this.array[i] = value as bigint;
  }

  override fill(value: RuntimeValue): void {
    this.array.fill(value as bigint);
  }
}

/** An index as a 64-bit integer in memory. */
class IndexStore extends TypedStore<BigInt64Array | BigUint64Array> {
  override fill(value: RuntimeValue): void {
    this.array.fill(BigInt(value as number));
  }

  get(i: number): number {
    observer?.read(this, i);
    return expectSafeIndex(this.array[i]!);
  }

  set(i: number, value: RuntimeValue): void {
    observer?.write(this, i);
    this.array[i] = BigInt(value as number);
  }
}

class BF16Store extends TypedStore<Uint16Array> {
  override fill(value: RuntimeValue): void {
    this.array.fill(bf16ToBits(value as number));
  }

  get(i: number): number {
    observer?.read(this, i);
    return bf16FromBits(this.array[i]!);
  }

  set(i: number, value: RuntimeValue): void {
    observer?.write(this, i);
    this.array[i] = bf16ToBits(value as number);
  }
}

/** Elements that no typed array holds: wide integers, vectors, objects of dialects. */
class ObjectStore implements ElementStore {
  readonly elementType: Type;
  readonly array: undefined;
  readonly #values: RuntimeValue[];
  isFreed = false;
  observation: object | undefined = undefined;

  constructor(elementType: Type, values: RuntimeValue[]) {
    this.elementType = elementType;
    this.#values = values;
  }

  get length(): number {
    return this.#values.length;
  }

  get(i: number): RuntimeValue {
    observer?.read(this, i);
    return this.#values[i]!;
  }

  set(i: number, value: RuntimeValue): void {
    observer?.write(this, i);
    this.#values[i] = value;
  }

  fill(value: RuntimeValue): void {
    this.#values.fill(value);
  }

  slice(start?: number, end?: number): ElementStore {
    return new ObjectStore(this.elementType, this.#values.slice(start, end));
  }

  copyFrom(source: ElementStore, from: number, to: number, count: number): void {
    copyElements(this, source, from, to, count);
  }
}

/** A 64-bit integer as an index; a diagnostic where it is no safe integer. */
export function expectSafeIndex(value: bigint): number {
  const n = Number(value);
  if (Number.isSafeInteger(n)) return n;
  throw new DiagnosticError(
    userError("interpret.index-range", `the index ${value} is outside ±(2^53 − 1)`, {
      hint: "the interpreter keeps indices as safe integers; use i64 for such numbers",
    }),
  );
}

interface ArrayClass {
  new (length: number): StoreArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): StoreArray;
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
}

/** The typed array class that holds elements of a type; undefined for those kept as objects. */
function arrayClassOf(type: Type): ArrayClass | undefined {
  if (type instanceof IntegerType) {
    const unsigned = type.signedness === "unsigned" || type.width === 1;
    if (type.width <= 8) return unsigned ? Uint8Array : Int8Array;
    if (type.width <= 16) return unsigned ? Uint16Array : Int16Array;
    if (type.width <= 32) return unsigned ? Uint32Array : Int32Array;
    if (type.width <= 64) return unsigned ? BigUint64Array : BigInt64Array;
    return undefined;
  }
  if (type instanceof IndexType) return BigInt64Array;
  if (type instanceof FloatType) {
    switch (type.format) {
      case "f16":
        return Float16Array;
      case "bf16":
        return Uint16Array;
      case "f32":
        return Float32Array;
      case "f64":
        return Float64Array;
      default:
        return undefined;
    }
  }
  return undefined;
}

/** Zero of a number type, or a vector of zeros; a diagnostic for types without a zero. */
export function zeroOf(type: Type): RuntimeValue {
  if (type instanceof IntegerType) return type.width > 32 ? 0n : 0;
  if (type instanceof IndexType || type instanceof FloatType) return 0;
  if (type instanceof VectorType && type.hasStaticShape) {
    const zero = zeroOf(type.elementType);
    return new VectorValue(type, new Array<RuntimeValue>(type.numElements).fill(zero));
  }
  throw new DiagnosticError(
    unsupported("interpret.element-type", `\`${type.toString()}\` has no zero to store`, {
      hint: "elements are integers, index, floats or vectors of them",
    }),
  );
}

/** A store over an existing array (shared, not copied), which must be the type's own kind. */
export function storeOver(type: Type, array: StoreArray): ElementStore {
  return sharedStore(type, array, undefined);
}

function sharedStore(type: Type, array: StoreArray, life: Lifetime | undefined): ElementStore {
  const cls = arrayClassOf(type);
  if (cls === undefined || !(array instanceof cls)) {
    throw new DiagnosticError(
      userError(
        "interpret.storage",
        `elements of \`${type.toString()}\` are not stored in a ${array.constructor.name}`,
        { hint: cls === undefined ? undefined : `use a ${cls.name}` },
      ),
    );
  }
  if (type instanceof FloatType && type.format === "bf16") {
    return new BF16Store(type, array as Uint16Array, life);
  }
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
    return type instanceof IndexType
      ? new IndexStore(type, array, life)
      : new BigIntStore(type, array, life);
  }
  return new NumberStore(type, array, life);
}

/**
 * A store over the same memory with elements of another type of the same size; undefined where
 * elements are kept as objects or differ in size.
 */
export function reinterpretStore(store: ElementStore, type: Type): ElementStore | undefined {
  const cls = arrayClassOf(type);
  const { array } = store;
  if (cls === undefined || array === undefined) return undefined;
  if (cls.BYTES_PER_ELEMENT !== array.BYTES_PER_ELEMENT) return undefined;
  return storeOver(type, new cls(array.buffer, array.byteOffset, array.length));
}

/** Bytes that an element takes in memory; undefined for those kept as objects. */
export function byteSizeOf(type: Type): number | undefined {
  return arrayClassOf(type)?.BYTES_PER_ELEMENT;
}

/**
 * `length` elements of a type in the memory of a store, from a byte on, which must be a multiple of
 * the element's size; freed when that is. Undefined where elements are kept as objects, or where the
 * memory ends before.
 */
export function tryViewStore(
  store: ElementStore,
  type: Type,
  byteOffset: number,
  length: number,
): ElementStore | undefined {
  const cls = arrayClassOf(type);
  if (cls === undefined || !(store instanceof TypedStore)) return undefined;
  const array: StoreArray = store.array;
  const start = array.byteOffset + byteOffset;
  const fits = byteOffset >= 0 && byteOffset + length * cls.BYTES_PER_ELEMENT <= array.byteLength;
  if (!fits || start % cls.BYTES_PER_ELEMENT !== 0) return undefined;
  return sharedStore(type, new cls(array.buffer, start, length), store.lifetime);
}

/** Largest number of elements a store may have. */
const maxLength = 2 ** 31 - 1;

/** A store of zeros; a diagnostic for a length that memory cannot hold. */
export function createStore(type: Type, length: number): ElementStore {
  if (!(Number.isSafeInteger(length) && length >= 0 && length <= maxLength)) {
    throw new DiagnosticError(
      userError("interpret.allocation", `cannot allocate ${length} elements`, {
        hint: `at most ${maxLength} elements fit in one allocation`,
      }),
    );
  }
  const cls = arrayClassOf(type);
  try {
    if (cls !== undefined) return storeOver(type, new cls(length));
    return new ObjectStore(type, new Array<RuntimeValue>(length).fill(zeroOf(type)));
  } catch (e) {
    if (!(e instanceof RangeError)) throw e;
    throw new DiagnosticError(
      userError(
        "interpret.allocation",
        `there is no memory for ${length} elements of \`${type.toString()}\``,
      ),
    );
  }
}

/** A store holding the given values, canonical for the type. */
export function storeOf(type: Type, values: readonly RuntimeValue[]): ElementStore {
  if (arrayClassOf(type) === undefined) return new ObjectStore(type, [...values]);
  const store = createStore(type, values.length);
  values.forEach((v, i) => store.set(i, v));
  return store;
}
