/** What the operations of `math` do when a program runs. */
import {
  clamp,
  expectSafeIndex,
  failAt,
  fmaOf,
  interpretElementwise,
  interpretOf,
  liftElementwise,
  roundingOf,
  type ScalarFunction,
  type ScalarValue,
} from "@strata/interpret";
import {
  elementTypeOf,
  FloatType,
  IndexType,
  IntegerType,
  type InterfaceBinding,
  type Operation,
  type Type,
} from "@strata/ir";
import * as ops from "./ops.ts";
import {
  binaryFunctions,
  bitFunctions,
  tests,
  tryIntegerPower,
  unaryFunctions,
} from "./semantics.ts";

function floatElement(type: Type): FloatType {
  const e = elementTypeOf(type);
  if (e instanceof FloatType) return e;
  throw new Error(`${type.toString()} has no float elements`);
}

/** A function of numbers, rounded to the type of the result. */
function rounded(op: Operation, f: (...x: number[]) => number): ScalarFunction {
  const round = roundingOf(floatElement(op.resultAt(0).type));
  return (x, y) => round(f(x as number, y as number));
}

const widthOf = (type: Type): number => (type instanceof IntegerType ? type.width : 64);

/** The canonical value of an integer type with the low bits of a bigint. */
function toValue(n: bigint, element: Type): ScalarValue {
  const width = widthOf(element);
  if (width === 1) return Number(n & 1n);
  const signed = BigInt.asIntN(width, n);
  if (element instanceof IndexType) return expectSafeIndex(signed);
  return width > 32 ? signed : Number(signed);
}

function ofBits(op: Operation, f: (bits: bigint, width: number) => bigint): ScalarFunction {
  const element = elementTypeOf(op.resultAt(0).type);
  const width = widthOf(element);
  return (x) => toValue(f(BigInt.asUintN(width, BigInt(x as ScalarValue)), width), element);
}

function integerPower(op: Operation): ScalarFunction {
  const element = elementTypeOf(op.resultAt(0).type);
  const width = widthOf(element);
  const read = (x: unknown): bigint => BigInt.asIntN(width, BigInt(x as ScalarValue));
  return (x, y) => {
    const n = tryIntegerPower(read(x), read(y), width);
    if (n !== undefined) return toValue(n, element);
    return failAt(op, "math.ipowi-zero", "`math.ipowi` raises zero to a negative power");
  };
}

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  ...unaryFunctions.map(([cls, f]) => interpretElementwise(cls, (op) => rounded(op, f))),
  ...binaryFunctions.map(([cls, f]) => interpretElementwise(cls, (op) => rounded(op, f))),
  ...bitFunctions.map(([cls, f]) => interpretElementwise(cls, (op) => ofBits(op, f))),
  ...tests.map(([cls, choose]) =>
    interpretElementwise(cls, (op) => {
      const type = floatElement(op.operand(0).type);
      roundingOf(type);
      const holds = choose(type);
      return (x) => (holds(x as number) ? 1 : 0);
    }),
  ),
  interpretOf(ops.SinCos, (op, args) => {
    const type = op.sin.type;
    const round = roundingOf(floatElement(type));
    const sin = liftElementwise(op, type, (x) => round(Math.sin(x as number)));
    const cos = liftElementwise(op, type, (x) => round(Math.cos(x as number)));
    return [sin(...args), cos(...args)];
  }),
  interpretElementwise(ops.FPowI, (op) => {
    const round = roundingOf(floatElement(op.result.type));
    const width = widthOf(elementTypeOf(op.rhs.type));
    // In one bit, 1 stands for −1.
    if (width === 1) return (x, n) => round((x as number) ** -(n as number));
    return (x, n) => round((x as number) ** Number(n));
  }),
  interpretElementwise(ops.Fma, (op) => {
    const f = fmaOf(floatElement(op.result.type));
    return (a, b, c) => f(a as number, b as number, c as number);
  }),
  interpretElementwise(ops.ClampF, (op) => {
    roundingOf(floatElement(op.result.type));
    return (x, low, high) => clamp(x as number, low as number, high as number);
  }),
  interpretElementwise(ops.IPowI, integerPower),
];
