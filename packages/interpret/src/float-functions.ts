/**
 * Functions of floats that several dialects share, on doubles before rounding to the type.
 *
 * NaN has one value here: its sign and payload are not followed.
 */
import type { FloatType } from "@strata/ir";
import { roundingOf } from "./rounding.ts";

/** x with its sign taken from s; the sign of NaN counts as positive. */
export function copySign(x: number, s: number): number {
  const negative = s < 0 || Object.is(s, -0);
  return negative ? -Math.abs(x) : Math.abs(x);
}

/** The nearest integral value, halves away from zero. */
export function roundAway(x: number): number {
  const t = Math.trunc(x);
  return Math.abs(x - t) >= 0.5 ? t + Math.sign(x) : t;
}

/** The nearest integral value, halves to even. */
export function roundEven(x: number): number {
  const t = Math.trunc(x);
  const rest = Math.abs(x - t);
  return rest > 0.5 || (rest === 0.5 && t % 2 !== 0) ? t + Math.sign(x) : t;
}

/** x to the power of y as IEEE 754 has it: 1 for base 1, and for base −1 to an infinite power. */
export function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  return x ** y;
}

/** x limited to low … high; NaN if one is NaN. */
export function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

/** The larger, the other one if one is NaN; +0 of two zeros. */
export function maxNum(a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : Math.max(a, b);
}

/** The smaller, the other one if one is NaN; −0 of two zeros. */
export function minNum(a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : Math.min(a, b);
}

/** The nearest double of an integer with a sticky last bit, so that rounding again is right. */
function toStickyDouble(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  const bits = magnitude.toString(2).length;
  if (bits <= 53) return Number(value);
  if (bits > 1024) return value < 0n ? -Infinity : Infinity;
  const shift = BigInt(bits - 53);
  let top = magnitude >> shift;
  if (top << shift !== magnitude) top |= 1n;
  const double = Number(top) * 2 ** (bits - 53);
  return value < 0n ? -double : double;
}

/** The float of a format nearest to an integer, ties to even, in one rounding. */
export function floatOfInteger(value: bigint, type: FloatType): number {
  return type.format === "f64" ? Number(value) : roundingOf(type)(toStickyDouble(value));
}

/** The integer part of a float, limited to low … high; 0 for NaN. */
export function saturate(x: number, low: bigint, high: bigint): bigint {
  if (Number.isNaN(x)) return 0n;
  if (x === Infinity) return high;
  if (x === -Infinity) return low;
  const n = BigInt(Math.trunc(x));
  return n < low ? low : n > high ? high : n;
}
