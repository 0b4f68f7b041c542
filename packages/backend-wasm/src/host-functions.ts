/** Functions on doubles that kernels import: what WebAssembly lacks, as the interpreter computes it. */
import { bf16, f16, f32, FloatType } from "@strata/ir";
import { copySign, erf, erfc, fmaF64, fmaOf, power, roundAway } from "@strata/math";
import {
  bf16FromBits,
  bf16ToBits,
  f16FromBits,
  f16ToBits,
  roundBF16,
  roundF16,
} from "@strata/support";

type HostFunction = (...args: readonly number[]) => number;

const unary: Readonly<Record<string, (x: number) => number>> = {
  acos: Math.acos,
  acosh: Math.acosh,
  asin: Math.asin,
  asinh: Math.asinh,
  atan: Math.atan,
  atanh: Math.atanh,
  bf16FromBits,
  bf16ToBits,
  cbrt: Math.cbrt,
  cos: Math.cos,
  cosh: Math.cosh,
  erf,
  erfc,
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  f16FromBits,
  f16ToBits,
  log: Math.log,
  log10: Math.log10,
  log1p: Math.log1p,
  log2: Math.log2,
  round: roundAway,
  roundBF16,
  roundF16,
  rsqrt: (x) => 1 / Math.sqrt(x),
  sin: Math.sin,
  sinh: Math.sinh,
  tan: Math.tan,
  tanh: Math.tanh,
};

const binary: Readonly<Record<string, (x: number, y: number) => number>> = {
  atan2: Math.atan2,
  copysign: copySign,
  fpowi: power,
  powf: power,
  remf: (x, y) => x % y,
};

/** Fused multiply and add rounds once, in the format of the result. */
const fused = [f16, bf16, f32].map((t): [string, HostFunction] => {
  const fma = fmaOf(FloatType.get(t.format));
  return [`fma.${t.format}`, (a, b, c) => fma(a!, b!, c!)];
});

/** By the name that kernels import them under. */
export const hostFunctions: Readonly<Record<string, HostFunction>> = Object.fromEntries([
  ...Object.entries(unary).map(([n, f]): [string, HostFunction] => [n, (x) => f(x!)]),
  ...Object.entries(binary).map(([n, f]): [string, HostFunction] => [n, (x, y) => f(x!, y!)]),
  ...fused,
  ["fma.f64", (a: number, b: number, c: number): number => fmaF64(a, b, c)],
]);
