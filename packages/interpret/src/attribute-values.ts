/** Constant attributes as run-time values and back. */
import {
  type Attribute,
  type DenseElement,
  DenseElementsAttr,
  FloatAttr,
  FloatType,
  IndexType,
  IntegerAttr,
  IntegerType,
  RankedTensorType,
  type ShapedType,
  type Type,
  VectorType,
} from "@strata/ir";
import { DiagnosticError, unsupported } from "@strata/support";
import { createStore, expectSafeIndex, storeOf } from "./element-store.ts";
import { isNumberFormat, roundingOf } from "./rounding.ts";
import { type RuntimeValue, type ScalarValue, TensorValue, VectorValue } from "./value.ts";

/** The number an integer or float attribute stands for; a diagnostic for exotic float formats. */
export function scalarOfAttribute(a: DenseElement): ScalarValue {
  if (a instanceof FloatAttr) {
    roundingOf(a.type);
    return a.value;
  }
  if (a.type instanceof IndexType) return expectSafeIndex(a.value);
  return a.type.width > 32 ? a.value : Number(a.value);
}

/** The value of a constant attribute; a diagnostic for attributes that are no constants. */
export function valueOfAttribute(a: Attribute): RuntimeValue {
  if (a instanceof IntegerAttr || a instanceof FloatAttr) return scalarOfAttribute(a);
  if (a instanceof DenseElementsAttr) {
    const { type } = a;
    const n = type.numElements;
    const elements = a.isSplat
      ? new Array<RuntimeValue>(n).fill(scalarOfAttribute(a.at(0)))
      : a.elements.map(scalarOfAttribute);
    if (type instanceof VectorType) return new VectorValue(type, elements);
    const data = n === 0 ? createStore(type.elementType, 0) : storeOf(type.elementType, elements);
    return new TensorValue(type.shape, type.elementType, data);
  }
  throw new DiagnosticError(
    unsupported("interpret.constant", `the attribute ${a.toString()} has no run-time value`),
  );
}

function tryElement(value: RuntimeValue, type: Type): DenseElement | undefined {
  if (type instanceof FloatType) {
    return typeof value === "number" && isNumberFormat(type)
      ? FloatAttr.get(value, type)
      : undefined;
  }
  if (!(type instanceof IntegerType || type instanceof IndexType)) return undefined;
  return typeof value === "number" || typeof value === "bigint"
    ? IntegerAttr.get(value, type)
    : undefined;
}

function tryDense(type: ShapedType, values: readonly RuntimeValue[]): Attribute | undefined {
  const elements: DenseElement[] = [];
  for (const v of values) {
    const e = tryElement(v, type.elementType);
    if (e === undefined) return undefined;
    elements.push(e);
  }
  return DenseElementsAttr.get(type, elements);
}

/** The constant attribute of a value; undefined for values no attribute stands for. */
export function tryAttributeOfValue(value: RuntimeValue, type: Type): Attribute | undefined {
  if (value instanceof VectorValue) return tryDense(value.type, value.elements);
  if (value instanceof TensorValue) {
    const values = Array.from({ length: value.numElements }, (_, i) => value.data.get(i));
    return tryDense(RankedTensorType.get(value.shape, value.elementType), values);
  }
  return tryElement(value, type);
}
