/**
 * What an SSA value is while a program runs.
 *
 * Invariants: an integer of at most 32 bits is a number, a wider one a bigint, both canonical for
 * the type (signless: two's complement range, i1: 0 or 1); an index is a safe integer; a float is a
 * number already rounded to its type. Everything else is a `RuntimeObject`. Vectors and tensors are
 * immutable; only the store behind a memref changes.
 */
import {
  FloatType,
  FunctionType,
  IndexType,
  IntegerType,
  MemRefType,
  RankedTensorType,
  type Type,
  UnrankedMemRefType,
  UnrankedTensorType,
  VectorType,
  dynamic,
} from "@strata/ir";
import { isNumberFormat, roundingOf } from "./rounding.ts";
import type { ElementStore } from "./element-store.ts";

/** Base of run-time values that are no numbers; dialects add their own. */
export abstract class RuntimeObject {
  /** For messages: what kind of value this is. */
  abstract describe(): string;
}

/** An integer, index or float. */
export type ScalarValue = number | bigint;

/** A value while the program runs. */
export type RuntimeValue = ScalarValue | RuntimeObject;

/** A vector: as many elements as its type has, row-major. */
export class VectorValue extends RuntimeObject {
  readonly type: VectorType;
  readonly elements: readonly RuntimeValue[];

  constructor(type: VectorType, elements: readonly RuntimeValue[]) {
    super();
    this.type = type;
    this.elements = elements;
  }

  describe(): string {
    return this.type.toString();
  }
}

/** Steps between neighbours along each dimension of a row-major array. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d]!;
  }
  return strides;
}

function countElements(shape: readonly number[]): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

function shapeText(shape: readonly number[], element: Type): string {
  return `${shape.map((d) => `${d}x`).join("")}${element.toString()}`;
}

/** A tensor with its actual shape; row-major. */
export class TensorValue extends RuntimeObject {
  readonly shape: readonly number[];
  readonly elementType: Type;
  readonly data: ElementStore;

  constructor(shape: readonly number[], elementType: Type, data: ElementStore) {
    super();
    this.shape = shape;
    this.elementType = elementType;
    this.data = data;
  }

  get numElements(): number {
    return countElements(this.shape);
  }

  /** Position of an element in `data`; undefined outside the shape. */
  linearIndex(indices: readonly number[]): number | undefined {
    let at = 0;
    for (let d = 0; d < this.shape.length; d++) {
      const i = indices[d]!;
      const n = this.shape[d]!;
      if (!(i >= 0 && i < n)) return undefined;
      at = at * n + i;
    }
    return at;
  }

  describe(): string {
    return `tensor<${shapeText(this.shape, this.elementType)}>`;
  }
}

/** A view of memory: element `[i, j]` is `buffer[offset + i * strides[0] + j * strides[1]]`. */
export class MemRefValue extends RuntimeObject {
  readonly buffer: ElementStore;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly elementType: Type;

  constructor(
    buffer: ElementStore,
    shape: readonly number[],
    elementType: Type,
    offset = 0,
    strides: readonly number[] = rowMajorStrides(shape),
  ) {
    super();
    this.buffer = buffer;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    this.elementType = elementType;
  }

  get numElements(): number {
    return countElements(this.shape);
  }

  /** Position of an element in `buffer`; undefined outside the shape. */
  linearIndex(indices: readonly number[]): number | undefined {
    let at = this.offset;
    for (let d = 0; d < this.shape.length; d++) {
      const i = indices[d]!;
      if (!(i >= 0 && i < this.shape[d]!)) return undefined;
      at += i * this.strides[d]!;
    }
    return at;
  }

  /** Positions in `buffer` of all elements, row-major. */
  *positions(): Generator<number, void> {
    const rank = this.shape.length;
    if (this.numElements === 0) return;
    const at = new Array<number>(rank).fill(0);
    let position = this.offset;
    for (;;) {
      yield position;
      let d = rank - 1;
      for (; d >= 0; d--) {
        position += this.strides[d]!;
        if (++at[d]! < this.shape[d]!) break;
        position -= this.strides[d]! * this.shape[d]!;
        at[d] = 0;
      }
      if (d < 0) return;
    }
  }

  describe(): string {
    return `memref<${shapeText(this.shape, this.elementType)}>`;
  }
}

/** A function as a value: the symbol of one. */
export class FunctionValue extends RuntimeObject {
  readonly symbol: string;
  readonly type: FunctionType;

  constructor(symbol: string, type: FunctionType) {
    super();
    this.symbol = symbol;
    this.type = type;
  }

  describe(): string {
    return `@${this.symbol}`;
  }
}

/** For messages: a value with its kind. */
export function describeValue(value: RuntimeValue): string {
  if (typeof value === "number") return `the number ${Object.is(value, -0) ? "-0" : value}`;
  return typeof value === "bigint" ? `the integer ${value}` : `a value of ${value.describe()}`;
}

/** Whether integers of the type are bigints at run time: they have more than 32 bits. */
export function isWide(type: IntegerType): boolean {
  return type.width > 32;
}

function isIntegerOf(value: RuntimeValue, type: IntegerType): boolean {
  if (typeof value !== (isWide(type) ? "bigint" : "number")) return false;
  if (typeof value === "number" && !Number.isInteger(value)) return false;
  if (typeof value !== "number" && typeof value !== "bigint") return false;
  const unsigned =
    type.signedness === "unsigned" || (type.width === 1 && type.signedness === "signless");
  const bits = BigInt(type.width);
  const low = unsigned ? 0n : -(1n << (bits - 1n));
  const high = unsigned ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n;
  return value >= low && value <= high;
}

function isRounded(value: number, type: FloatType): boolean {
  return isNumberFormat(type) && (Number.isNaN(value) || roundingOf(type)(value) === value);
}

function isShapeOf(actual: readonly number[], declared: readonly number[]): boolean {
  return (
    actual.length === declared.length &&
    actual.every((n, d) => declared[d] === dynamic || declared[d] === n)
  );
}

/** Whether a value may stand for an SSA value of a type; types of other dialects: any object. */
export function isValueOf(value: RuntimeValue, type: Type): boolean {
  if (type instanceof IntegerType) return isIntegerOf(value, type);
  if (type instanceof IndexType) return Number.isSafeInteger(value);
  if (type instanceof FloatType) return typeof value === "number" && isRounded(value, type);
  if (type instanceof VectorType) return value instanceof VectorValue && value.type === type;
  if (type instanceof RankedTensorType || type instanceof UnrankedTensorType) {
    return (
      value instanceof TensorValue &&
      value.elementType === type.elementType &&
      (type instanceof UnrankedTensorType || isShapeOf(value.shape, type.shape))
    );
  }
  if (type instanceof MemRefType || type instanceof UnrankedMemRefType) {
    return (
      value instanceof MemRefValue &&
      value.elementType === type.elementType &&
      (type instanceof UnrankedMemRefType || isShapeOf(value.shape, type.shape))
    );
  }
  if (type instanceof FunctionType) return value instanceof FunctionValue && value.type === type;
  return value instanceof RuntimeObject;
}
