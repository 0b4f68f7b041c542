/**
 * What each operation of `math` computes on scalars, before rounding to its type: the one table
 * that interpretation and folding share.
 */
import { copySign, erf, erfc, power, roundAway, roundEven } from "@strata/interpret";
import type { FloatFormat, FloatType, Operation, OperationParts, OpRef } from "@strata/ir";
import * as ops from "./ops.ts";

/** An op class of the dialect. */
export type OpClass = (new (parts: OperationParts) => Operation) & OpRef;

type Table<F> = readonly (readonly [OpClass, F])[];

/** Functions of one float. */
export const unaryFunctions: Table<(x: number) => number> = [
  [ops.AbsF, Math.abs],
  [ops.ACos, Math.acos],
  [ops.ACosH, Math.acosh],
  [ops.ASin, Math.asin],
  [ops.ASinH, Math.asinh],
  [ops.ATan, Math.atan],
  [ops.ATanH, Math.atanh],
  [ops.Cbrt, Math.cbrt],
  [ops.Ceil, Math.ceil],
  [ops.Cos, Math.cos],
  [ops.CosH, Math.cosh],
  [ops.Erf, erf],
  [ops.ErfC, erfc],
  [ops.Exp, Math.exp],
  [ops.Exp2, (x) => 2 ** x],
  [ops.ExpM1, Math.expm1],
  [ops.Floor, Math.floor],
  [ops.Log, Math.log],
  [ops.Log10, Math.log10],
  [ops.Log1p, Math.log1p],
  [ops.Log2, Math.log2],
  [ops.Round, roundAway],
  [ops.RoundEven, roundEven],
  [ops.Rsqrt, (x) => 1 / Math.sqrt(x)],
  [ops.Sin, Math.sin],
  [ops.SinH, Math.sinh],
  [ops.Sqrt, Math.sqrt],
  [ops.Tan, Math.tan],
  [ops.TanH, Math.tanh],
  [ops.Trunc, Math.trunc],
];

/** Functions of two floats; the exponent of `fpowi` is an integer. */
export const binaryFunctions: Table<(x: number, y: number) => number> = [
  [ops.Atan2, Math.atan2],
  [ops.CopySign, copySign],
  [ops.PowF, power],
];

const smallestNormal: Readonly<Partial<Record<FloatFormat, number>>> = {
  f16: 2 ** -14,
  bf16: 2 ** -126,
  f32: 2 ** -126,
  f64: 2 ** -1022,
};

function isNormal(type: FloatType): (x: number) => boolean {
  const least = smallestNormal[type.format] ?? 0;
  return (x) => Number.isFinite(x) && Math.abs(x) >= least;
}

/** Tests of one float, which may depend on its format. */
export const tests: Table<(type: FloatType) => (x: number) => boolean> = [
  [ops.IsFinite, () => Number.isFinite],
  [ops.IsInf, () => (x) => Math.abs(x) === Infinity],
  [ops.IsNaN, () => Number.isNaN],
  [ops.IsNormal, isNormal],
];

const bitLength = (n: bigint): number => (n === 0n ? 0 : n.toString(2).length);

function countOnes(n: bigint): bigint {
  let count = 0n;
  for (let rest = n; rest !== 0n; rest &= rest - 1n) count++;
  return count;
}

function magnitude(n: bigint, width: number): bigint {
  const signed = BigInt.asIntN(width, n);
  return signed < 0n ? -signed : signed;
}

/** Functions of the unsigned bits of an integer and its width; results are wrapped. */
export const bitFunctions: Table<(bits: bigint, width: number) => bigint> = [
  [ops.AbsI, magnitude],
  [ops.Ctlz, (n, width) => BigInt(width - bitLength(n))],
  [ops.Cttz, (n, width) => BigInt(n === 0n ? width : bitLength(n & -n) - 1)],
  [ops.CtPop, countOnes],
];

/** base to the power of exponent modulo 2^width; undefined for 0 to a negative power. */
export function tryIntegerPower(base: bigint, exponent: bigint, width: number): bigint | undefined {
  if (exponent < 0n) {
    if (base === 0n) return undefined;
    if (base === 1n) return 1n;
    return base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n;
  }
  let result = 1n;
  let square = base;
  for (let n = exponent; n > 0n; n >>= 1n) {
    if ((n & 1n) === 1n) result = BigInt.asIntN(width, result * square);
    square = BigInt.asIntN(width, square * square);
  }
  return result;
}
