/**
 * Scalar functions that JavaScript's `Math` lacks.
 *
 * Invariant: each is pure; errors are within the bound its comment names.
 */
import { f64FromBits, f64ToBits } from "@strata/support";
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

/** The error function 2/√π ∫₀ˣ exp(−t²) dt; error below 4 units in the last place. */
export function erf(x: number): number {
  const t = Math.abs(x);
  if (Number.isNaN(x) || x === 0) return x;
  if (t >= 6) return Math.sign(x);
  return Math.sign(x) * (t < 2 ? erfSeries(t) : 1 - erfcFraction(t));
}

/** 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!: all terms positive, so nothing cancels. */
function erfSeries(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; term > total * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

/** erfc by the continued fraction x + ½/(x + 1/(x + ³⁄₂/(x + …))), from the inside out. */
function erfcFraction(x: number): number {
  let tail = x;
  for (let k = 60; k >= 1; k--) tail = x + k / 2 / tail;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
}

/** a · b + c rounded once, to f64. */
export function fma(a: number, b: number, c: number): number {
  if (a === 0 || b === 0 || !Number.isFinite(a) || !Number.isFinite(b)) return a * b + c;
  return Number.isFinite(c) ? exactFma(a, b, c) : c;
}

/** A finite number as mantissa · 2^exponent. */
function decompose(x: number): { readonly mantissa: bigint; readonly exponent: number } {
  const bits = f64ToBits(x);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = biased === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: x < 0 ? -magnitude : magnitude, exponent: Math.max(biased, 1) - 1075 };
}

function exactFma(a: number, b: number, c: number): number {
  const x = decompose(a);
  const y = decompose(b);
  const z = decompose(c);
  const exponent = Math.min(x.exponent + y.exponent, z.exponent);
  const total =
    ((x.mantissa * y.mantissa) << BigInt(x.exponent + y.exponent - exponent)) +
    (z.mantissa << BigInt(z.exponent - exponent));
  if (total === 0n) return a * b + c;
  return compose(total, exponent);
}

/** The f64 nearest to mantissa · 2^exponent, ties to even. */
function compose(mantissa: bigint, exponent: number): number {
  const magnitude = mantissa < 0n ? -mantissa : mantissa;
  const width = magnitude.toString(2).length;
  const scale = Math.max(width + exponent - 53, -1074);
  const shift = scale - exponent;
  let kept = magnitude;
  if (shift > 0) {
    const drop = BigInt(shift);
    kept = magnitude >> drop;
    const rest = magnitude - (kept << drop);
    const half = 1n << (drop - 1n);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  } else {
    kept = magnitude << BigInt(-shift);
  }
  if (scale > 971) return mantissa < 0n ? -Infinity : Infinity;
  const value = scaleByPowerOfTwo(Number(kept), scale);
  return mantissa < 0n ? -value : value;
}

/** x · 2^power, exact because the caller keeps x within 53 bits and power from -1074 to 971. */
function scaleByPowerOfTwo(x: number, power: number): number {
  if (power >= -1022) return x * f64FromBits(BigInt(power + 1023) << 52n);
  return x * f64FromBits(1n << BigInt(power + 1074));
}
