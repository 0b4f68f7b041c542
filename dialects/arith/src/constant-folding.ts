/**
 * Exact functions of constant attributes: scalars, splats and element lists alike.
 *
 * Integers are folded as bigints and wrapped to the result's type; floats are folded where a double
 * holds every value of the format (f16, bf16, f32, f64) and rounded to it.
 */
import {
  type Attribute,
  type DenseElement,
  DenseElementsAttr,
  elementTypeOf,
  FloatAttr,
  FloatType,
  IndexType,
  IntegerAttr,
  IntegerType,
  ShapedType,
  type Type,
} from "@strata/ir";
import { isNumberFormat } from "@strata/interpret";

/** Constants with more different elements than this are left alone. */
const maxElements = 1 << 16;

/** An operand of a fold: the constant it is, if it is one. */
export type Constant = Attribute | undefined;

function isElement(a: Constant): a is DenseElement {
  return a instanceof IntegerAttr || a instanceof FloatAttr;
}

/**
 * `f` of constants, element by element; `type` is the result's. Undefined where an operand is no
 * constant of numbers or `f` does not answer.
 */
export function mapConstants(
  type: Type,
  operands: readonly Constant[],
  f: (...elements: DenseElement[]) => DenseElement | undefined,
): Attribute | undefined {
  if (operands.every(isElement)) return f(...operands);
  if (!(type instanceof ShapedType) || !type.hasStaticShape) return undefined;
  const dense: DenseElementsAttr[] = [];
  for (const a of operands) {
    if (!(a instanceof DenseElementsAttr)) return undefined;
    dense.push(a);
  }
  const count = dense.every((d) => d.isSplat) ? 1 : type.numElements;
  if (count > maxElements || type.numElements === 0) return undefined;
  const elements: DenseElement[] = [];
  for (let i = 0; i < count; i++) {
    const e = f(...dense.map((d) => d.at(i)));
    if (e === undefined) return undefined;
    elements.push(e);
  }
  return DenseElementsAttr.get(type, elements);
}

/** The value of an integer constant as a signed number: all ones is −1 for i1 too. */
export function signedValue(a: IntegerAttr): bigint {
  return BigInt.asIntN(a.type instanceof IntegerType ? a.type.width : 64, a.value);
}

/** The value of an integer constant as an unsigned number. */
export function unsignedValue(a: IntegerAttr): bigint {
  return BigInt.asUintN(a.type instanceof IntegerType ? a.type.width : 64, a.value);
}

/** The integer attribute of the elements of `type`, wrapped; undefined for other elements. */
export function integerElement(type: Type, n: bigint): IntegerAttr | undefined {
  const element = elementTypeOf(type);
  return element instanceof IntegerType || element instanceof IndexType
    ? IntegerAttr.get(n, element)
    : undefined;
}

/** The float attribute of the elements of `type`, rounded; undefined for other elements. */
export function floatElement(type: Type, x: number): FloatAttr | undefined {
  const element = elementTypeOf(type);
  return element instanceof FloatType && isNumberFormat(element)
    ? FloatAttr.get(x, element)
    : undefined;
}

/** A function of signed integers and their width; undefined: not folded. */
export type IntegerFold = (width: number, ...operands: bigint[]) => bigint | undefined;

/** Folds constants of one integer type to integers of `type`. */
export function foldIntegers(
  type: Type,
  operands: readonly Constant[],
  f: IntegerFold,
): Attribute | undefined {
  return mapConstants(type, operands, (...elements) => {
    const values: bigint[] = [];
    let width = 64;
    for (const e of elements) {
      if (!(e instanceof IntegerAttr)) return undefined;
      if (e.type instanceof IntegerType) width = e.type.width;
      values.push(signedValue(e));
    }
    const n = f(width, ...values);
    return n === undefined ? undefined : integerElement(type, n);
  });
}

/** The value of a float constant; undefined for formats that a double does not hold. */
export function floatValue(a: DenseElement): number | undefined {
  return a instanceof FloatAttr && isNumberFormat(a.type) ? a.value : undefined;
}

function numbersOf(elements: readonly DenseElement[]): number[] | undefined {
  const values: number[] = [];
  for (const e of elements) {
    const x = floatValue(e);
    if (x === undefined) return undefined;
    values.push(x);
  }
  return values;
}

/** Folds constants of float types to floats of `type`. */
export function foldFloats(
  type: Type,
  operands: readonly Constant[],
  f: (...operands: number[]) => number | undefined,
): Attribute | undefined {
  return mapConstants(type, operands, (...elements) => {
    const values = numbersOf(elements);
    const x = values === undefined ? undefined : f(...values);
    return x === undefined ? undefined : floatElement(type, x);
  });
}

/** Folds constants of float types to integers of `type`, e.g. comparisons to i1. */
export function foldFloatsToIntegers(
  type: Type,
  operands: readonly Constant[],
  f: (...operands: number[]) => bigint | undefined,
): Attribute | undefined {
  return mapConstants(type, operands, (...elements) => {
    const values = numbersOf(elements);
    const n = values === undefined ? undefined : f(...values);
    return n === undefined ? undefined : integerElement(type, n);
  });
}

/** The one element of a scalar or splat constant. */
export function splatOf(a: Constant): DenseElement | undefined {
  if (isElement(a)) return a;
  return a instanceof DenseElementsAttr && a.isSplat ? a.elements[0] : undefined;
}

/** Whether a constant is the integer `n`, in all elements; −1 is all ones at any width. */
export function isInteger(a: Constant, n: bigint): boolean {
  const e = splatOf(a);
  return e instanceof IntegerAttr && IntegerAttr.get(n, e.type) === e;
}

/** Whether a constant is the float `x`, in all elements; −0 is not +0. */
export function isFloat(a: Constant, x: number): boolean {
  const e = splatOf(a);
  return e !== undefined && Object.is(floatValue(e), x);
}

/** The constant `n` of an integer type, in all elements; undefined for dynamic shapes. */
export function integerConstant(type: Type, n: bigint): Attribute | undefined {
  const e = integerElement(type, n);
  if (e === undefined || elementTypeOf(type) === type) return e;
  return type instanceof ShapedType && type.hasStaticShape
    ? DenseElementsAttr.splat(type, e)
    : undefined;
}
