/**
 * IEEE 754 narrow floats in terms of doubles.
 *
 * Invariants: every rounding is to nearest, ties to even, from the double in one step; −0 and
 * infinities are kept; every NaN is the quiet NaN with an empty payload (0x7e00, 0x7fc0).
 */

const f64 = new Float64Array(1);
const u32 = new Uint32Array(f64.buffer);
const f32 = new Float32Array(1);
const f32Bits = new Uint32Array(f32.buffer);
// 1 is 0x3ff00000_00000000: the word that is not zero is the high one.
f64[0] = 1;
const HIGH = u32[1] === 0 ? 0 : 1;

/** The shape of a binary interchange format narrower than f64. */
interface Format {
  /** Bits of the stored fraction. */
  readonly fraction: number;
  /** Exponent of the smallest normal number. */
  readonly minExponent: number;
  readonly maxFinite: number;
}

const F16: Format = { fraction: 10, minExponent: -14, maxFinite: 65504 };
const BF16: Format = { fraction: 7, minExponent: -126, maxFinite: 3.3895313892515355e38 };

function roundTo(x: number, format: Format): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const magnitude = Math.abs(x);
  if (magnitude >= 2 * format.maxFinite) return x > 0 ? Infinity : -Infinity;
  f64[0] = magnitude;
  const exponent = Math.max((u32[HIGH] ?? 0) >>> 20, format.minExponent + 1023) - 1023;
  // Adding 1.5 · 2^52 quanta leaves a multiple of the quantum, rounded to even by the adder.
  f64[0] = 0;
  u32[HIGH] = ((exponent - format.fraction + 52 + 1023) << 20) | 0x80000;
  const magic = f64[0] ?? 0;
  const rounded = magnitude + magic - magic;
  const limited = rounded > format.maxFinite ? Infinity : rounded;
  return x < 0 ? -limited : limited;
}

/** The nearest f32. */
export function roundF32(x: number): number {
  return Math.fround(x);
}

/** The nearest f16 (IEEE binary16); magnitudes from 65520 become infinite. */
export function roundF16(x: number): number {
  return roundTo(x, F16);
}

/** The nearest bfloat16 (8 exponent bits, 7 fraction bits). */
export function roundBF16(x: number): number {
  return roundTo(x, BF16);
}

/** The 16 bits of the nearest f16. */
export function f16ToBits(x: number): number {
  const rounded = roundF16(x);
  if (Number.isNaN(rounded)) return 0x7e00;
  const sign = rounded < 0 || Object.is(rounded, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(rounded);
  if (magnitude === Infinity) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | (magnitude * 2 ** 24);
  f64[0] = magnitude;
  const high = u32[HIGH] ?? 0;
  return sign | (((high >>> 20) - 1008) << 10) | ((high >>> 10) & 0x3ff);
}

/** The number an f16 bit pattern stands for; only the low 16 bits are read. */
export function f16FromBits(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  let magnitude: number;
  if (exponent === 0) magnitude = fraction * 2 ** -24;
  else if (exponent === 31) magnitude = fraction === 0 ? Infinity : NaN;
  else magnitude = (1024 + fraction) * 2 ** (exponent - 25);
  return (bits & 0x8000) === 0 ? magnitude : -magnitude;
}

/** The 16 bits of the nearest bfloat16. */
export function bf16ToBits(x: number): number {
  if (Number.isNaN(x)) return 0x7fc0;
  f32[0] = roundBF16(x);
  return (f32Bits[0] ?? 0) >>> 16;
}

/** The number a bfloat16 bit pattern stands for; only the low 16 bits are read. */
export function bf16FromBits(bits: number): number {
  f32Bits[0] = (bits & 0xffff) << 16;
  return f32[0] ?? 0;
}

/** The 32 bits of the nearest f32, unsigned. */
export function f32ToBits(x: number): number {
  if (Number.isNaN(x)) return 0x7fc00000;
  f32[0] = x;
  return f32Bits[0] ?? 0;
}

/** The number an f32 bit pattern stands for. */
export function f32FromBits(bits: number): number {
  f32Bits[0] = bits >>> 0;
  return f32[0] ?? 0;
}

/** The 64 bits of a double, unsigned. */
export function f64ToBits(x: number): bigint {
  if (Number.isNaN(x)) return 0x7ff8000000000000n;
  f64[0] = x;
  return (BigInt(u32[HIGH] ?? 0) << 32n) | BigInt(u32[1 - HIGH] ?? 0);
}

/** The double a 64-bit pattern stands for. */
export function f64FromBits(bits: bigint): number {
  u32[HIGH] = Number((bits >> 32n) & 0xffffffffn);
  u32[1 - HIGH] = Number(bits & 0xffffffffn);
  return f64[0] ?? 0;
}
