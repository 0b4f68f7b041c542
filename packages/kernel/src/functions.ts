/**
 * Scalar functions that JavaScript's `Math` lacks.
 *
 * Invariant: each is pure; errors are within the bound its comment names.
 */
import { divisionByZero } from "./errors.ts";
import type { Element, Scalar } from "./scalars.ts";

/** The quotient of two integers, cut towards zero; refuses a divisor of zero. */
export function idiv(a: number, b: number): number;
export function idiv(a: bigint, b: bigint): bigint;
export function idiv(a: number | bigint, b: number | bigint): number | bigint {
  if (Number(b) === 0) throw divisionByZero();
  if (typeof a === "bigint" || typeof b === "bigint") return BigInt(a) / BigInt(b);
  return (a - (a % b)) / b + 0;
}

/** The number of one bits of an integer; of a negative number those of its 32-bit pattern. */
export function popcount(x: number): number;
export function popcount(x: bigint): bigint;
export function popcount(x: number | bigint): number | bigint {
  if (typeof x === "bigint") {
    const bits = BigInt.asUintN(64, x);
    return BigInt(count32(Number(bits >> 32n)) + count32(Number(bits & 0xffffffffn)));
  }
  return count32(x);
}

function count32(x: number): number {
  const pairs = x - ((x >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** `a` if the condition holds, else `b`; both are evaluated. */
export function select<T extends Scalar>(condition: boolean, a: T, b: T): Element<T>;
export function select(condition: boolean, a: Scalar, b: Scalar): Scalar {
  return condition ? a : b;
}

/** Whether a number is NaN. */
export function isNaN(x: number): boolean {
  return Number.isNaN(x);
}

export { erf, fma } from "@strata/support";
