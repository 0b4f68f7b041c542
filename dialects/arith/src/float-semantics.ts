/**
 * What the floating-point operations compute.
 *
 * Operations are carried out in doubles and rounded once more: for f16, bf16 and f32 that equals a
 * single rounding, as a double has more than twice their precision. NaN has one value here: its
 * sign and payload are not followed.
 */
import { floatFromBits, floatToBits, type FloatType } from "@strata/ir";
import { roundingOf } from "@strata/interpret";

/** The larger; NaN if one is NaN; −0 < +0. */
export const maximum: (a: number, b: number) => number = Math.max;

/** The smaller; NaN if one is NaN; −0 < +0. */
export const minimum: (a: number, b: number) => number = Math.min;

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

/** The binary operations by the part of their name behind `arith.`, before rounding. */
export const floatFunctions = {
  addf: (a: number, b: number): number => a + b,
  subf: (a: number, b: number): number => a - b,
  mulf: (a: number, b: number): number => a * b,
  divf: (a: number, b: number): number => a / b,
  remf: (a: number, b: number): number => a % b,
  maximumf: maximum,
  minimumf: minimum,
  maxnumf: maxNum,
  minnumf: minNum,
} as const;

/** Names of the binary floating-point operations, without `arith.`. */
export type FloatOpName = keyof typeof floatFunctions;

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

/** Ways of rounding, named as the attribute's cases. */
export type RoundingModeName =
  "to_nearest_even" | "downward" | "upward" | "toward_zero" | "to_nearest_away";

/** The next float of a format in the direction of +∞ (`up`) or −∞. */
function neighbor(x: number, type: FloatType, up: boolean): number {
  if (x === 0) return (up ? 1 : -1) * floatFromBits(1n, type)!;
  const bits = floatToBits(Math.abs(x), type) + (x > 0 === up ? 1n : -1n);
  return (x > 0 ? 1 : -1) * floatFromBits(bits, type)!;
}

/** Rounds a double to a format in a mode. */
export function roundWithMode(x: number, type: FloatType, mode: RoundingModeName): number {
  const nearest = roundingOf(type)(x);
  if (nearest === x || mode === "to_nearest_even" || Number.isNaN(x)) return nearest;
  if (mode === "to_nearest_away") {
    if (!Number.isFinite(nearest)) return nearest;
    const other = neighbor(nearest, type, nearest < x);
    const isTie = Math.abs(x - nearest) === Math.abs(other - x);
    return isTie && Math.abs(other) > Math.abs(nearest) ? other : nearest;
  }
  const up = mode === "upward" || (mode === "toward_zero" && x < 0);
  if (up ? nearest > x : nearest < x) return nearest;
  const result = neighbor(nearest, type, up);
  return result === 0 && x < 0 ? -0 : result;
}
