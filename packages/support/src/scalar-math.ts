/**
 * Functions on numbers that every device computes alike: results of f64 functions are doubles; for
 * narrower formats the double is rounded once.
 */
import { f64FromBits, f64ToBits } from "./float.ts";

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

/** The nearest integer, halves away from zero. */
function roundAway(x: number): number {
  const t = Math.trunc(x);
  const r = Math.abs(x - t) >= 0.5 ? t + Math.sign(x) : t;
  return r === 0 ? 0 * x : r;
}

/** The nearest integer, halves to even. */
export function roundEven(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const f = Math.floor(x);
  const d = x - f;
  const r = d < 0.5 ? f : d > 0.5 ? f + 1 : f % 2 === 0 ? f : f + 1;
  return r === 0 && (x < 0 || Object.is(x, -0)) ? -0 : r;
}

/** `x` with the sign of `y`. */
function copySign(x: number, y: number): number {
  const negative = y < 0 || Object.is(y, -0);
  return negative ? -Math.abs(x) : Math.abs(x);
}

/** The smaller; NaN if either is; −0 below +0. */
export const minimum: (a: number, b: number) => number = Math.min;
/** The larger; NaN if either is; −0 below +0. */
export const maximum: (a: number, b: number) => number = Math.max;

/** Functions of doubles by their name in the math dialect. */
export const floatFunctions: Readonly<Record<string, (...args: readonly number[]) => number>> = {
  absf: (x) => Math.abs(x!),
  acos: (x) => Math.acos(x!),
  acosh: (x) => Math.acosh(x!),
  asin: (x) => Math.asin(x!),
  asinh: (x) => Math.asinh(x!),
  atan: (x) => Math.atan(x!),
  atan2: (y, x) => Math.atan2(y!, x!),
  atanh: (x) => Math.atanh(x!),
  cbrt: (x) => Math.cbrt(x!),
  ceil: (x) => Math.ceil(x!),
  copysign: (x, y) => copySign(x!, y!),
  cos: (x) => Math.cos(x!),
  cosh: (x) => Math.cosh(x!),
  erf: (x) => erf(x!),
  erfc: (x) => 1 - erf(x!),
  exp: (x) => Math.exp(x!),
  exp2: (x) => 2 ** x!,
  expm1: (x) => Math.expm1(x!),
  floor: (x) => Math.floor(x!),
  fma: (a, b, c) => fma(a!, b!, c!),
  fpowi: (x, n) => x! ** n!,
  log: (x) => Math.log(x!),
  log10: (x) => Math.log10(x!),
  log1p: (x) => Math.log1p(x!),
  log2: (x) => Math.log2(x!),
  powf: (x, y) => x! ** y!,
  remf: (x, y) => x! % y!,
  round: (x) => roundAway(x!),
  roundeven: (x) => roundEven(x!),
  rsqrt: (x) => 1 / Math.sqrt(x!),
  sin: (x) => Math.sin(x!),
  sinh: (x) => Math.sinh(x!),
  sqrt: (x) => Math.sqrt(x!),
  tan: (x) => Math.tan(x!),
  tanh: (x) => Math.tanh(x!),
  trunc: (x) => Math.trunc(x!),
};
