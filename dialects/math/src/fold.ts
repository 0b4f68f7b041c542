/**
 * Folds of `math`: constants, computed as the interpreter computes them, and exact identities.
 * 0 to a negative integer power is not folded, as it fails at run time.
 */
import {
  type Constant,
  foldFloats,
  foldFloatsToIntegers,
  foldIntegers,
  isFloat,
  isInteger,
  mapConstants,
  signedValue,
} from "@strata/arith";
import { clamp, fmaOf, isNumberFormat } from "@strata/interpret";
import {
  type Attribute,
  constantAttr,
  elementTypeOf,
  FloatAttr,
  FloatType,
  foldOf,
  IntegerAttr,
  type InterfaceBinding,
  ShapedType,
  type Type,
  type Value,
} from "@strata/ir";
import * as ops from "./ops.ts";
import {
  binaryFunctions,
  bitFunctions,
  tests,
  tryIntegerPower,
  unaryFunctions,
} from "./semantics.ts";

/** The constant 1 of a type; undefined for dynamic shapes and formats a double does not hold. */
function oneOf(type: Type): Attribute | undefined {
  const element = elementTypeOf(type);
  if (type instanceof ShapedType && !type.hasStaticShape) return undefined;
  if (element instanceof FloatType && !isNumberFormat(element)) return undefined;
  return constantAttr(type, 1);
}

function foldPower(op: ops.PowF, operands: readonly Constant[]): Attribute | Value | undefined {
  const type = op.result.type;
  const power = binaryFunctions.find(([cls]) => cls === ops.PowF)![1];
  const folded = foldFloats(type, operands, (x, y) => power(x!, y!));
  if (folded !== undefined) return folded;
  // x¹ = x; x⁰ = 1 and 1ʸ = 1, for NaN too.
  const [base, exponent] = operands;
  if (isFloat(exponent, 1)) return op.lhs;
  const isOne = isFloat(exponent, 0) || isFloat(exponent, -0) || isFloat(base, 1);
  return isOne ? oneOf(type) : undefined;
}

function foldFPowI(op: ops.FPowI, operands: readonly Constant[]): Attribute | Value | undefined {
  const type = op.result.type;
  const element = elementTypeOf(type);
  const [, exponent] = operands;
  if (isInteger(exponent, 1n) && !isInteger(exponent, -1n)) return op.lhs;
  if (isInteger(exponent, 0n)) return oneOf(type);
  if (!(element instanceof FloatType) || !isNumberFormat(element)) return undefined;
  return mapConstants(type, operands, (x, n) =>
    x instanceof FloatAttr && n instanceof IntegerAttr
      ? FloatAttr.get(x.value ** Number(signedValue(n)), element)
      : undefined,
  );
}

function foldIPowI(op: ops.IPowI, operands: readonly Constant[]): Attribute | Value | undefined {
  const type = op.result.type;
  const [, exponent] = operands;
  if (isInteger(exponent, 0n)) return oneOf(type);
  if (isInteger(exponent, 1n) && !isInteger(exponent, -1n)) return op.lhs;
  return foldIntegers(type, operands, (width, base, n) => tryIntegerPower(base!, n!, width));
}

function foldFma(op: ops.Fma, operands: readonly Constant[]): Attribute | undefined {
  const element = elementTypeOf(op.result.type);
  if (!(element instanceof FloatType) || !isNumberFormat(element)) return undefined;
  const fma = fmaOf(element);
  return foldFloats(op.result.type, operands, (a, b, c) => fma(a!, b!, c!));
}

/** How the operations fold. */
export const folds: readonly InterfaceBinding[] = [
  ...unaryFunctions.map(([cls, f]) =>
    foldOf(cls, (op, operands) => foldFloats(op.resultAt(0).type, operands, (x) => f(x!))),
  ),
  ...binaryFunctions
    .filter(([cls]) => cls !== ops.PowF)
    .map(([cls, f]) =>
      foldOf(cls, (op, operands) => foldFloats(op.resultAt(0).type, operands, (x, y) => f(x!, y!))),
    ),
  ...bitFunctions.map(([cls, f]) =>
    foldOf(cls, (op, operands) =>
      foldIntegers(op.resultAt(0).type, operands, (width, n) =>
        f(BigInt.asUintN(width, n!), width),
      ),
    ),
  ),
  ...tests.map(([cls, choose]) =>
    foldOf(cls, (op, operands) => {
      const element = elementTypeOf(op.operand(0).type);
      if (!(element instanceof FloatType)) return undefined;
      const holds = choose(element);
      return foldFloatsToIntegers(op.resultAt(0).type, operands, (x) => (holds(x!) ? 1n : 0n));
    }),
  ),
  foldOf(ops.PowF, foldPower),
  foldOf(ops.FPowI, foldFPowI),
  foldOf(ops.IPowI, foldIPowI),
  foldOf(ops.Fma, foldFma),
  foldOf(ops.ClampF, (op, operands) =>
    foldFloats(op.result.type, operands, (x, low, high) => clamp(x!, low!, high!)),
  ),
  foldOf(ops.SinCos, (op, [x]) => {
    const sin = foldFloats(op.sin.type, [x], (a) => Math.sin(a!));
    const cos = foldFloats(op.cos.type, [x], (a) => Math.cos(a!));
    return sin === undefined || cos === undefined ? undefined : [sin, cos];
  }),
];
