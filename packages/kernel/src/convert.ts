/**
 * Conversion of a JavaScript value to an element type, by the rules of the kernel language.
 *
 * Invariants: the result is a boolean for `bool`, a bigint for `i64` and `u64`, else a number that
 * the type holds exactly.
 */
import { type DType, roundBF16, roundF16 } from "@strata/support";
import type { Scalar } from "./scalars.ts";

/** The JavaScript type that stands for an element type. */
export type ValueOf<D extends DType> = D extends "bool"
  ? boolean
  : D extends "i64" | "u64"
    ? bigint
    : number;

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;
const U64_MAX = 2n ** 64n - 1n;

/** Whether a number counts as an integer of at most 32 bits, signed or not. */
function isNarrowInteger(x: number): boolean {
  return x === (x | 0) || x === x >>> 0;
}

function saturate(x: number, low: number, high: number): number {
  if (Number.isNaN(x)) return 0;
  return Math.min(Math.max(Math.trunc(x), low), high) + 0;
}

/** A narrow integer from a value: `wrap` for integers, truncation and limits for floats. */
function toInteger(x: Scalar, low: number, high: number, wrap: (x: number) => number): number {
  if (typeof x === "bigint") return wrap(Number(BigInt.asUintN(32, x)));
  const value = Number(x);
  return isNarrowInteger(value) ? wrap(value) : saturate(value, low, high);
}

/** A wide integer from a value. */
function toBigInt(x: Scalar, low: bigint, high: bigint, wrap: (x: bigint) => bigint): bigint {
  if (typeof x === "bigint") return wrap(x);
  const value = Number(x);
  if (isNarrowInteger(value)) return wrap(BigInt(value));
  if (Number.isNaN(value)) return 0n;
  if (value === Infinity) return high;
  if (value === -Infinity) return low;
  const whole = BigInt(Math.trunc(value));
  return whole < low ? low : whole > high ? high : whole;
}

/**
 * A number that rounds to any narrower float as `x` itself does: a bigint beyond 2^53 keeps the
 * fact that low bits were dropped in its last bit.
 */
function toFloat(x: Scalar): number {
  if (typeof x !== "bigint") return Number(x);
  const magnitude = x < 0n ? -x : x;
  if (magnitude < 2n ** 53n) return Number(x);
  const top = magnitude >> 11n;
  const sticky = (magnitude & 0x7ffn) === 0n ? top : top | 1n;
  return Number(x < 0n ? -sticky : sticky) * 2048;
}

/** The value of element type `dtype` that `x` converts to. */
export function convert<D extends DType>(dtype: D, x: Scalar): ValueOf<D>;
export function convert(dtype: DType, x: Scalar): Scalar {
  switch (dtype) {
    case "bool":
      return Number(x) !== 0;
    case "i8":
      return toInteger(x, -128, 127, (v) => (v << 24) >> 24);
    case "i16":
      return toInteger(x, -32768, 32767, (v) => (v << 16) >> 16);
    case "i32":
      return toInteger(x, -2147483648, 2147483647, (v) => v | 0);
    case "u8":
      return toInteger(x, 0, 255, (v) => v & 0xff);
    case "u16":
      return toInteger(x, 0, 65535, (v) => v & 0xffff);
    case "u32":
      return toInteger(x, 0, 4294967295, (v) => v >>> 0);
    case "i64":
      return toBigInt(x, I64_MIN, I64_MAX, (v) => BigInt.asIntN(64, v));
    case "u64":
      return toBigInt(x, 0n, U64_MAX, (v) => BigInt.asUintN(64, v));
    case "f16":
      return roundF16(toFloat(x));
    case "bf16":
      return roundBF16(toFloat(x));
    case "f32":
      return Math.fround(toFloat(x));
    case "f64":
      return Number(x);
  }
}

/**
 * The value of element type `dtype` that the result of arithmetic on such elements is stored as:
 * integers wrap whatever their size (fractions are dropped), floats are rounded.
 */
export function settle(dtype: DType, x: Scalar): Scalar {
  if (typeof x !== "number") return convert(dtype, x);
  switch (dtype) {
    case "i8":
      return (x << 24) >> 24;
    case "i16":
      return (x << 16) >> 16;
    case "i32":
      return x | 0;
    case "u8":
      return x & 0xff;
    case "u16":
      return x & 0xffff;
    case "u32":
      return x >>> 0;
    default:
      return convert(dtype, x);
  }
}
