/** What the operations of `math` do when a program runs. */
import {
  clamp,
  copySign,
  expectSafeIndex,
  failAt,
  fmaOf,
  interpretElementwise,
  interpretOf,
  liftElementwise,
  power,
  roundAway,
  roundEven,
  roundingOf,
  type ScalarFunction,
  type ScalarValue,
} from "@strata/interpret";
import {
  elementTypeOf,
  type FloatFormat,
  FloatType,
  IndexType,
  IntegerType,
  type InterfaceBinding,
  type Operation,
  type OperationParts,
  type OpRef,
  type Type,
} from "@strata/ir";
import { erf, erfc } from "./error-function.ts";
import * as ops from "./ops.ts";

type OpClass = (new (parts: OperationParts) => Operation) & OpRef;

function floatElement(type: Type): FloatType {
  const e = elementTypeOf(type);
  if (e instanceof FloatType) return e;
  throw new Error(`${type.toString()} has no float elements`);
}

function unary(cls: OpClass, f: (x: number) => number): InterfaceBinding {
  return interpretElementwise(cls, (op) => {
    const round = roundingOf(floatElement(op.resultAt(0).type));
    return (x) => round(f(x as number));
  });
}

function binary(cls: OpClass, f: (x: number, y: number) => number): InterfaceBinding {
  return interpretElementwise(cls, (op) => {
    const round = roundingOf(floatElement(op.resultAt(0).type));
    return (x, y) => round(f(x as number, Number(y)));
  });
}

function test(
  cls: OpClass,
  choose: (type: FloatType) => (x: number) => boolean,
): InterfaceBinding {
  return interpretElementwise(cls, (op) => {
    const holds = choose(floatElement(op.operand(0).type));
    return (x) => (holds(x as number) ? 1 : 0);
  });
}

const smallestNormal: Readonly<Partial<Record<FloatFormat, number>>> = {
  f16: 2 ** -14,
  bf16: 2 ** -126,
  f32: 2 ** -126,
  f64: 2 ** -1022,
};

function isNormal(type: FloatType): (x: number) => boolean {
  roundingOf(type);
  const least = smallestNormal[type.format] ?? 0;
  return (x) => Number.isFinite(x) && Math.abs(x) >= least;
}

// --- integers ------------------------------------------------------------------------------------

function widthOf(type: Type): number {
  return type instanceof IntegerType ? type.width : 64;
}

/** A function of an integer's unsigned bits and width; the result is wrapped to the type. */
function ofBits(cls: OpClass, f: (bits: bigint, width: number) => bigint): InterfaceBinding {
  return interpretElementwise(cls, (op) => {
    const element = elementTypeOf(op.resultAt(0).type);
    const width = widthOf(element);
    return (x) => toValue(f(BigInt.asUintN(width, BigInt(x as ScalarValue)), width), element);
  });
}

/** The canonical value of an integer type with the low bits of a bigint. */
function toValue(n: bigint, element: Type): ScalarValue {
  const width = widthOf(element);
  if (width === 1) return Number(n & 1n);
  const signed = BigInt.asIntN(width, n);
  if (element instanceof IndexType) return expectSafeIndex(signed);
  return width > 32 ? signed : Number(signed);
}

const bitLength = (n: bigint): number => (n === 0n ? 0 : n.toString(2).length);

function countOnes(n: bigint): bigint {
  let count = 0n;
  for (let rest = n; rest !== 0n; rest &= rest - 1n) count++;
  return count;
}

/** base to the power of exponent modulo 2^width; 0 to a negative power fails. */
function integerPower(base: bigint, exponent: bigint, width: number, op: Operation): bigint {
  if (exponent < 0n) {
    if (base === 0n) {
      failAt(op, "math.ipowi-zero", "`math.ipowi` raises zero to a negative power");
    }
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

function powerFunction(op: Operation): ScalarFunction {
  const element = elementTypeOf(op.resultAt(0).type);
  const width = widthOf(element);
  const read = (x: unknown): bigint => BigInt.asIntN(width, BigInt(x as ScalarValue));
  return (x, y) => toValue(integerPower(read(x), read(y), width, op), element);
}

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  unary(ops.AbsF, Math.abs),
  unary(ops.ACos, Math.acos),
  unary(ops.ACosH, Math.acosh),
  unary(ops.ASin, Math.asin),
  unary(ops.ASinH, Math.asinh),
  unary(ops.ATan, Math.atan),
  unary(ops.ATanH, Math.atanh),
  unary(ops.Cbrt, Math.cbrt),
  unary(ops.Ceil, Math.ceil),
  unary(ops.Cos, Math.cos),
  unary(ops.CosH, Math.cosh),
  unary(ops.Erf, erf),
  unary(ops.ErfC, erfc),
  unary(ops.Exp, Math.exp),
  unary(ops.Exp2, (x) => 2 ** x),
  unary(ops.ExpM1, Math.expm1),
  unary(ops.Floor, Math.floor),
  unary(ops.Log, Math.log),
  unary(ops.Log10, Math.log10),
  unary(ops.Log1p, Math.log1p),
  unary(ops.Log2, Math.log2),
  unary(ops.Round, roundAway),
  unary(ops.RoundEven, roundEven),
  unary(ops.Rsqrt, (x) => 1 / Math.sqrt(x)),
  unary(ops.Sin, Math.sin),
  unary(ops.SinH, Math.sinh),
  unary(ops.Sqrt, Math.sqrt),
  unary(ops.Tan, Math.tan),
  unary(ops.TanH, Math.tanh),
  unary(ops.Trunc, Math.trunc),
  interpretOf(ops.SinCos, (op, args) => {
    const type = op.sin.type;
    const round = roundingOf(floatElement(type));
    const sin = liftElementwise(op, type, (x) => round(Math.sin(x as number)));
    const cos = liftElementwise(op, type, (x) => round(Math.cos(x as number)));
    return [sin(...args), cos(...args)];
  }),
  test(ops.IsFinite, () => Number.isFinite),
  test(ops.IsInf, () => (x) => Math.abs(x) === Infinity),
  test(ops.IsNaN, () => Number.isNaN),
  test(ops.IsNormal, isNormal),
  binary(ops.Atan2, Math.atan2),
  binary(ops.CopySign, copySign),
  binary(ops.PowF, power),
  binary(ops.FPowI, (x, n) => x ** n),
  interpretElementwise(ops.Fma, (op) => {
    const f = fmaOf(floatElement(op.result.type));
    return (a, b, c) => f(a as number, b as number, c as number);
  }),
  interpretElementwise(
    ops.ClampF,
    () => (x, low, high) => clamp(x as number, low as number, high as number),
  ),
  ofBits(ops.AbsI, (n, width) => {
    const signed = BigInt.asIntN(width, n);
    return signed < 0n ? -signed : signed;
  }),
  ofBits(ops.Ctlz, (n, width) => BigInt(width - bitLength(n))),
  ofBits(ops.Cttz, (n, width) => BigInt(n === 0n ? width : bitLength(n & -n) - 1)),
  ofBits(ops.CtPop, countOnes),
  interpretElementwise(ops.IPowI, powerFunction),
];
