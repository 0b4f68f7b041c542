/**
 * a · b + c, rounded once.
 *
 * For f16, bf16 and f32 the product is exact in a double, and the sum is rounded to odd before the
 * last rounding. For f64 products and sums are split into a rounded part and an exact error where
 * no exponent comes near its limits, and computed in integers elsewhere.
 */
import type { FloatType } from "@strata/ir";
import { roundingOf } from "./rounding.ts";

const view = new DataView(new ArrayBuffer(8));

function toBits(x: number): bigint {
  view.setFloat64(0, x);
  return view.getBigUint64(0);
}

function ofBits(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** The rounding error of the sum `s` of `a` and `b`, exactly. */
function sumError(a: number, b: number, s: number): number {
  const t = s - a;
  return a - (s - t) + (b - t);
}

/** a + b rounded to odd: the last bit is set where the sum is not exact. */
function addToOdd(a: number, b: number): number {
  const s = a + b;
  if (!Number.isFinite(s)) return s;
  const error = sumError(a, b, s);
  if (error === 0) return s;
  const bits = toBits(s);
  if ((bits & 1n) === 1n) return s;
  return ofBits(error > 0 === s > 0 ? bits + 1n : bits - 1n);
}

const splitter = 2 ** 27 + 1;

/** The rounding error of the product `p` of `a` and `b`, exactly, away from the exponent limits. */
function productError(a: number, b: number, p: number): number {
  const ca = splitter * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = splitter * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return al * bl - (p - ah * bh - al * bh - ah * bl);
}

/** Mantissa and exponent of a finite double: m · 2^e. */
function decompose(x: number): { mantissa: bigint; exponent: number } {
  const bits = toBits(x);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const mantissa = bits >> 63n === 0n ? magnitude : -magnitude;
  return { mantissa, exponent: Math.max(biased, 1) - 1075 };
}

/** The double nearest to mantissa · 2^exponent, ties to even; the mantissa is not zero. */
function compose(mantissa: bigint, exponent: number): number {
  const negative = mantissa < 0n;
  const m = negative ? -mantissa : mantissa;
  const length = m.toString(2).length;
  // The last bit of the result: 53 bits, fewer for subnormal numbers.
  const last = Math.max(exponent + length - 53, -1074);
  const shift = last - exponent;
  let kept = m;
  if (shift > 0) {
    kept = m >> BigInt(shift);
    const rest = m - (kept << BigInt(shift));
    const half = 1n << BigInt(shift - 1);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept++;
  } else kept = m << BigInt(-shift);
  // 2^last is exact: it is at least the smallest subnormal; two factors avoid a false overflow.
  const high = Math.max(last, -1022);
  const result = Number(kept) * 2 ** (last - high) * 2 ** Math.min(high, 1023);
  const scaled = high > 1023 ? Infinity : result;
  return negative ? -scaled : scaled;
}

/** a · b + c in integers; all finite. */
function fmaInIntegers(a: number, b: number, c: number): number {
  const x = decompose(a);
  const y = decompose(b);
  const z = decompose(c);
  const productExponent = x.exponent + y.exponent;
  const exponent = Math.min(productExponent, z.exponent);
  const sum =
    ((x.mantissa * y.mantissa) << BigInt(productExponent - exponent)) +
    (z.mantissa << BigInt(z.exponent - exponent));
  // An exact zero has the sign of an ordinary sum of the two addends.
  return sum === 0n ? a * b + c : compose(sum, exponent);
}

const isModerate = (x: number): boolean => {
  const m = Math.abs(x);
  return m > 2 ** -450 && m < 2 ** 450;
};

/** a · b + c for doubles, rounded once. */
export function fmaF64(a: number, b: number, c: number): number {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a * b + c;
  // The product is finite, though it may not fit a double.
  if (!Number.isFinite(c)) return c;
  if (a === 0 || b === 0) return a * b + c;
  if (!isModerate(a) || !isModerate(b) || !isModerate(c)) return fmaInIntegers(a, b, c);
  const high = a * b;
  const low = productError(a, b, high);
  const inner = c + low;
  const innerError = sumError(c, low, inner);
  const sum = high + inner;
  const error = sumError(high, inner, sum);
  return sum + addToOdd(innerError, error);
}

/** a · b + c rounded once to a format, for operands of that format. */
export function fmaOf(type: FloatType): (a: number, b: number, c: number) => number {
  if (type.format === "f64") return fmaF64;
  const round = roundingOf(type);
  return (a, b, c) => round(addToOdd(a * b, c));
}
