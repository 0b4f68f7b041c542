/**
 * What the floating-point operations compute.
 *
 * Operations are carried out in doubles and rounded once more: for f16, bf16 and f32 that equals a
 * single rounding, as a double has more than twice their precision. NaN has one value here: its
 * sign and payload are not followed.
 */
import { floatFromBits, floatToBits, type FloatType } from "@strata/ir";
import { maxNum, minNum, roundingOf } from "@strata/interpret";

export { floatOfInteger, saturate } from "@strata/interpret";

/** The larger; NaN if one is NaN; −0 < +0. */
export const maximum: (a: number, b: number) => number = Math.max;

/** The smaller; NaN if one is NaN; −0 < +0. */
export const minimum: (a: number, b: number) => number = Math.min;

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

/** Ways of rounding, named as the attribute's cases. */
export type RoundingModeName =
  | "to_nearest_even"
  | "downward"
  | "upward"
  | "toward_zero"
  | "to_nearest_away";

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
