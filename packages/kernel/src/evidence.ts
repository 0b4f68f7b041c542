/**
 * Which element type a pattern's result has when a kernel runs as plain TypeScript.
 *
 * A JavaScript number does not say whether it is an f32 or a u8, so the type of a result is told
 * from what its values were made of:
 *
 * 1. booleans give `bool`; bigints give `u64` where only `u64` went in, else `i64`;
 * 2. numbers that all come straight out of one conversion or one tensor (`u8(…)`, `t.at(…)`) have
 *    its type;
 * 3. else the widest float type among the tensors read and the conversions called;
 * 4. else, if all values are whole, the narrowest integer type that holds every integer type read;
 * 5. else `f64`.
 *
 * Nothing is lost where integers and floats meet, save what f16, bf16 and f32 cannot hold; a
 * conversion around the arrow's value settles the type. (The kernel compiler needs none of this:
 * it uses the static types.)
 *
 * Invariant: `seen` holds the types met by the innermost pattern being evaluated.
 */
import { DTYPES, type DType, type StorageArray } from "@strata/support";
import { settle } from "./convert.ts";
import { mixedElements } from "./errors.ts";
import type { Scalar } from "./scalars.ts";
import { allocate, writeElements } from "./storage.ts";

const BIT: ReadonlyMap<DType, number> = new Map(DTYPES.map((dtype, k) => [dtype, 1 << k]));
const ANY = -1;

let seen = 0;
let lastBit = 0;
let lastValue: Scalar = 0;

function bitOf(dtype: DType): number {
  return BIT.get(dtype) ?? 0;
}

/** Records that a value of the given type was read or made; returns the value. */
export function note<V extends Scalar>(dtype: DType, value: V): V {
  lastBit = bitOf(dtype);
  lastValue = value;
  seen |= lastBit;
  return value;
}

function has(mask: number, dtype: DType): boolean {
  return (mask & bitOf(dtype)) !== 0;
}

function widestFloat(mask: number): DType | undefined {
  if (has(mask, "f64")) return "f64";
  if (has(mask, "f32") || (has(mask, "f16") && has(mask, "bf16"))) return "f32";
  if (has(mask, "f16")) return "f16";
  return has(mask, "bf16") ? "bf16" : undefined;
}

function widestInteger(mask: number): DType | undefined {
  const unsigned = has(mask, "u32") ? 32 : has(mask, "u16") ? 16 : has(mask, "u8") ? 8 : 0;
  const signed = has(mask, "i32") ? 32 : has(mask, "i16") ? 16 : has(mask, "i8") ? 8 : 0;
  if (signed === 0) {
    if (unsigned === 0) return undefined;
    return unsigned === 32 ? "u32" : unsigned === 16 ? "u16" : "u8";
  }
  // A signed type needs one more width to hold an unsigned one; u32 fits in no narrow signed type.
  const needed = Math.max(signed, unsigned * 2);
  if (needed > 32) return undefined;
  return needed === 32 ? "i32" : needed === 16 ? "i16" : "i8";
}

function typeOfNumbers(mask: number, whole: boolean): DType {
  return widestFloat(mask) ?? (whole ? widestInteger(mask) : undefined) ?? "f64";
}

function typeOfBigInts(mask: number): DType {
  return has(mask, "u64") && !has(mask, "i64") ? "u64" : "i64";
}

function typeOfNothing(mask: number): DType {
  const number = widestFloat(mask) ?? widestInteger(mask);
  if (number !== undefined) return number;
  if (has(mask, "u64") || has(mask, "i64")) return typeOfBigInts(mask);
  return has(mask, "bool") ? "bool" : "f64";
}

/** Elements of one type in row-major order. */
export interface Elements {
  readonly dtype: DType;
  readonly data: StorageArray;
}

/** Takes the values an arrow gives, in any order, and finds their element type at the end. */
export class Collector {
  readonly #pattern: string;
  readonly #outer: number;
  readonly #length: number;
  #values: Float64Array | Scalar[] | undefined;
  #kind: string | undefined;
  #direct = ANY;
  #whole = true;

  /** For `length` values made from elements of the types `inputs`. */
  constructor(pattern: string, inputs: readonly DType[], length: number) {
    this.#pattern = pattern;
    this.#outer = seen;
    this.#length = length;
    seen = 0;
    for (const dtype of inputs) seen |= bitOf(dtype);
    lastBit = 0;
  }

  /** Takes the value at a position; call it right after the arrow. */
  put(position: number, value: Scalar): void {
    this.#direct &= Object.is(value, lastValue) ? lastBit : 0;
    lastBit = 0;
    const kind = typeof value;
    if (kind !== this.#kind) this.#start(kind);
    if (typeof value === "number") this.#whole &&= Number.isInteger(value);
    const values = this.#values;
    if (values !== undefined) values[position] = value as number;
  }

  #start(kind: string): void {
    if (this.#kind !== undefined) throw mixedElements(this.#pattern, this.#kind, kind);
    this.#kind = kind;
    this.#values =
      kind === "number"
        ? new Float64Array(this.#length)
        : Array.from<Scalar>({ length: this.#length }).fill(kind === "bigint" ? 0n : false);
  }

  /** A running value as its type, so far as it is known, holds it. */
  settle(value: Scalar): Scalar {
    if (typeof value === "number") {
      this.#whole &&= Number.isInteger(value);
      return settle(typeOfNumbers(seen, this.#whole), value);
    }
    return typeof value === "bigint" ? settle(typeOfBigInts(seen), value) : value;
  }

  /** The elements, as `forced` if given; ends the evaluation. */
  finish(forced?: DType): Elements {
    const dtype = forced ?? this.#dtype();
    const data = allocate(dtype, [this.#length]);
    if (this.#values !== undefined) writeElements(dtype, data, this.#values);
    seen = this.#outer;
    lastBit = 0;
    return { dtype, data };
  }

  #dtype(): DType {
    if (this.#kind === undefined) return typeOfNothing(seen);
    if (this.#kind === "boolean") return "bool";
    const direct = DTYPES.find((dtype) => this.#direct === bitOf(dtype));
    if (direct !== undefined) return direct;
    return this.#kind === "bigint" ? typeOfBigInts(seen) : typeOfNumbers(seen, this.#whole);
  }
}
