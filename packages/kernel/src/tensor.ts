/**
 * The tensor: typed elements in row-major order with a shape that the type checker knows.
 *
 * Invariants: `data` is of the class that `dtype` is stored in and has as many elements as the
 * product of `shape`; patterns never write into a tensor they are given.
 */
import { type DType, dtypeInfo, isDType, type StorageArray } from "@strata/support";
import { convert } from "./convert.ts";
import {
  badArguments,
  elementCount,
  indexCount,
  indexOutside,
  otherDType,
  raggedArray,
  unknownDType,
  wrongStorage,
} from "./errors.ts";
import { note } from "./evidence.ts";
import type { Scalar, ScalarOf } from "./scalars.ts";
import type { Positions, Shape } from "./shape.ts";
import { allocate, countElements, readScalar, type StorageOf, writeElements } from "./storage.ts";

/** Typed arrays whose class alone tells the element type. */
type PlainArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float16Array
  | Float32Array
  | Float64Array;

/** The element type that a typed array class stands for when nothing else is said. */
type NaturalType<A extends PlainArray> = A extends Int8Array
  ? ScalarOf["i8"]
  : A extends Int16Array
    ? ScalarOf["i16"]
    : A extends Int32Array
      ? ScalarOf["i32"]
      : A extends BigInt64Array
        ? ScalarOf["i64"]
        : A extends Uint8Array
          ? ScalarOf["u8"]
          : A extends Uint16Array
            ? ScalarOf["u16"]
            : A extends Uint32Array
              ? ScalarOf["u32"]
              : A extends BigUint64Array
                ? ScalarOf["u64"]
                : A extends Float16Array
                  ? ScalarOf["f16"]
                  : A extends Float32Array
                    ? ScalarOf["f32"]
                    : ScalarOf["f64"];

const NATURAL: Readonly<Record<string, DType>> = {
  Int8Array: "i8",
  Int16Array: "i16",
  Int32Array: "i32",
  BigInt64Array: "i64",
  Uint8Array: "u8",
  Uint16Array: "u16",
  Uint32Array: "u32",
  BigUint64Array: "u64",
  Float16Array: "f16",
  Float32Array: "f32",
  Float64Array: "f64",
};

/** Nested arrays with one level per axis of `S`. */
export type Nested<T, S extends Shape> = S extends readonly []
  ? T
  : S extends readonly [unknown, ...infer R extends Shape]
    ? Nested<T, R>[]
    : unknown;

type NestedInput = Scalar | readonly NestedInput[];

/** The shape of nested arrays: one extent per level, six at most. */
type NestedShape<A, Levels extends readonly unknown[] = []> = Levels["length"] extends 6
  ? []
  : A extends readonly (infer E)[]
    ? [number, ...NestedShape<E, [...Levels, E]>]
    : [];

type LeafOf<A, Levels extends readonly unknown[] = []> = Levels["length"] extends 6
  ? A
  : A extends readonly (infer E)[]
    ? LeafOf<E, [...Levels, E]>
    : A;

type NaturalLeaf<L> = L extends boolean
  ? ScalarOf["bool"]
  : L extends bigint
    ? ScalarOf["i64"]
    : ScalarOf["f64"];

/** Elements of type `T` in row-major order, of shape `S`. */
export class Tensor<T extends Scalar = Scalar, S extends Shape = Shape> {
  /** Extents, outermost axis first. */
  readonly shape: Readonly<S>;
  /** Name of the element type. */
  readonly dtype: DType;
  /** The elements; f16 and bf16 as 16-bit patterns, bool as 0 or 1. */
  readonly data: StorageArray;

  /**
   * A tensor over `data`, which is not copied; refuses data of another class or length. The
   * element type `T` is the caller's word: `Tensor.from` finds it.
   */
  constructor(dtype: DType, shape: Readonly<S>, data: StorageArray) {
    const count = countElements(shape, dtype);
    const expected = dtypeInfo(dtype).array.name;
    const got = data[Symbol.toStringTag];
    if (got !== expected) throw wrongStorage(dtype, expected, got);
    if (data.length !== count) throw elementCount(shape, count, data.length);
    this.dtype = dtype;
    this.shape = Object.freeze(shape.slice()) as Readonly<S>;
    this.data = data;
  }

  /**
   * A tensor over a typed array, which is not copied. The array's class gives the element type;
   * name it for `bool` (in a `Uint8Array`) and for `f16` and `bf16` patterns (in a `Uint16Array`).
   */
  static from<A extends PlainArray, S extends Shape>(
    data: A,
    shape: readonly [...S],
  ): Tensor<NaturalType<A>, S>;
  static from<D extends DType, S extends Shape>(
    data: StorageOf[D],
    shape: readonly [...S],
    dtype: D,
  ): Tensor<ScalarOf[D], S>;
  static from<S extends Shape>(
    data: PlainArray,
    shape: readonly [...S],
    dtype?: DType,
  ): Tensor<Scalar, S> {
    const natural = dtype ?? NATURAL[data[Symbol.toStringTag]];
    if (natural === undefined) throw badArguments("Tensor.from", "a typed array");
    if (!isFloat16Array(data)) return new Tensor<Scalar, S>(natural, [...shape], data);
    const bits = new Uint16Array(data.buffer, data.byteOffset, data.length);
    return new Tensor<Scalar, S>(natural, [...shape], bits);
  }

  /** A tensor of zeros; f64 unless said otherwise. */
  static zeros<S extends Shape, D extends DType = "f64">(
    shape: readonly [...S],
    dtype?: D,
  ): Tensor<ScalarOf[D], S>;
  static zeros<S extends Shape>(shape: readonly [...S], dtype: DType = "f64"): Tensor<Scalar, S> {
    return new Tensor<Scalar, S>(dtype, [...shape], allocate(dtype, shape));
  }

  /**
   * A tensor of nested arrays, one level per axis; `Tensor.fromArray([[1, 2], [3, 4]], "f32")`.
   * Without an element type: f64 for numbers, i64 for bigints, bool for booleans. Refuses ragged
   * arrays; an empty level ends the shape.
   */
  static fromArray<A extends NestedInput>(array: A): Tensor<NaturalLeaf<LeafOf<A>>, NestedShape<A>>;
  static fromArray<A extends NestedInput, D extends DType>(
    array: A,
    dtype: D,
  ): Tensor<ScalarOf[D], NestedShape<A>>;
  static fromArray(array: NestedInput, dtype?: DType): Tensor {
    const shape: number[] = [];
    for (let level = array; isList(level);) {
      shape.push(level.length);
      const first: NestedInput | undefined = level[0];
      if (first === undefined) break;
      level = first;
    }
    const leaves: Scalar[] = [];
    flatten(array, shape, [], leaves);
    const natural = dtype ?? naturalLeaf(leaves);
    const data = allocate(natural, shape);
    writeElements(
      natural,
      data,
      leaves.map((leaf) => convert(natural, leaf)),
    );
    return new Tensor(natural, shape, data);
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return this.data.length;
  }

  /** The element at a position per axis; RangeError outside the shape. */
  at(...indices: Positions<S>): T;
  at(...indices: readonly (number | bigint)[]): Scalar {
    const { shape } = this;
    const rank = shape.length;
    if (indices.length !== rank) throw indexCount("at", rank, indices.length);
    let position = 0;
    for (let axis = 0; axis < rank; axis++) {
      const index = Number(indices[axis]);
      const extent = shape[axis] ?? 0;
      if (!(index >= 0 && index < extent && Number.isInteger(index))) {
        throw indexOutside(shape, indices);
      }
      position = position * extent + index;
    }
    return note(this.dtype, readScalar(this.dtype, this.data, position));
  }

  /** The element at a row-major position; RangeError outside. */
  item(position: number): T {
    return readScalar(this.dtype, this.data, position) as T;
  }

  /** The elements as the typed array of a named element type; refuses any other type's name. */
  dataAs<D extends DType>(dtype: D): StorageOf[D] {
    if (!isDType(dtype)) throw unknownDType(String(dtype));
    if (dtype !== this.dtype) throw otherDType(dtype, this.dtype);
    return this.data as StorageOf[D];
  }

  /** A new tensor with every element converted. */
  to<D extends DType>(dtype: D): Tensor<ScalarOf[D], S> {
    const data = allocate(dtype, this.shape);
    const values = Array.from({ length: this.size }, (_, k) => convert<DType>(dtype, this.item(k)));
    writeElements(dtype, data, values);
    return new Tensor<ScalarOf[D], S>(dtype, this.shape, data);
  }

  /** The elements as nested arrays, one level per axis; of rank 0 the element itself. */
  toNestedArray(): Nested<T, S>;
  toNestedArray(): unknown {
    const { shape } = this;
    let position = 0;
    const level = (axis: number): unknown =>
      axis === shape.length
        ? this.item(position++)
        : Array.from({ length: shape[axis] ?? 0 }, () => level(axis + 1));
    return level(0);
  }
}

/** The element types of several tensors. */
export type ElementsOf<Tensors extends readonly Tensor[]> = {
  [K in keyof Tensors]: Tensors[K] extends Tensor<infer T, Shape> ? T : never;
};

function isFloat16Array(data: PlainArray): data is Float16Array {
  return data[Symbol.toStringTag] === "Float16Array";
}

function isList(value: NestedInput): value is readonly NestedInput[] {
  return Array.isArray(value);
}

function naturalLeaf(leaves: readonly Scalar[]): DType {
  const kind = typeof leaves[0];
  return kind === "bigint" ? "i64" : kind === "boolean" ? "bool" : "f64";
}

function flatten(
  value: NestedInput,
  shape: readonly number[],
  place: readonly number[],
  leaves: Scalar[],
): void {
  if (place.length === shape.length) {
    if (isList(value)) throw raggedArray(place);
    leaves.push(value);
    return;
  }
  if (!isList(value) || value.length !== shape[place.length]) throw raggedArray(place);
  for (const [k, part] of value.entries()) flatten(part, shape, [...place, k], leaves);
}
