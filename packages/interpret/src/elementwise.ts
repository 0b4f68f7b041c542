/**
 * Functions of scalars applied to vectors and tensors, element by element.
 */
import {
  elementTypeOf,
  type InterfaceBinding,
  type Operation,
  type OperationParts,
  type OpRef,
  type Type,
  UnrankedTensorType,
  RankedTensorType,
  VectorType,
} from "@strata/ir";
import { createStore } from "./element-store.ts";
import { interpretAs, failAt, type OperandFunction } from "./interface.ts";
import { type RuntimeValue, TensorValue, VectorValue } from "./value.ts";

/** A function of scalars; arguments come in the operands' order. */
export type ScalarFunction = OperandFunction;

function mapVector(type: VectorType, f: ScalarFunction, operands: readonly RuntimeValue[]) {
  const columns = operands.map((v) => (v as VectorValue).elements);
  const n = columns[0]!.length;
  const out = new Array<RuntimeValue>(n);
  if (columns.length === 1) {
    const [a] = columns as [readonly RuntimeValue[]];
    for (let i = 0; i < n; i++) out[i] = f(a[i]!);
  } else if (columns.length === 2) {
    const [a, b] = columns as [readonly RuntimeValue[], readonly RuntimeValue[]];
    for (let i = 0; i < n; i++) out[i] = f(a[i]!, b[i]!);
  } else {
    for (let i = 0; i < n; i++) out[i] = f(...columns.map((c) => c[i]!));
  }
  return new VectorValue(type, out);
}

function mapTensor(
  op: Operation,
  element: Type,
  f: ScalarFunction,
  operands: readonly RuntimeValue[],
) {
  const tensors = operands as readonly TensorValue[];
  const first = tensors[0]!;
  for (const t of tensors) {
    if (t.shape.length === first.shape.length && t.shape.every((n, d) => n === first.shape[d])) {
      continue;
    }
    failAt(
      op,
      "interpret.shape-mismatch",
      `\`${op.name}\` combines ${first.describe()} with ${t.describe()}`,
      "the operands must have one shape when the program runs",
    );
  }
  const n = first.numElements;
  const out = createStore(element, n);
  for (let i = 0; i < n; i++) out.set(i, f(...tensors.map((t) => t.data.get(i))));
  return new TensorValue(first.shape, element, out);
}

/**
 * `f` on values of `op`'s operand types: on scalars itself, on vectors and tensors element by
 * element. `type` is the type of the result.
 */
export function liftElementwise(op: Operation, type: Type, f: ScalarFunction): OperandFunction {
  if (type instanceof VectorType) return (...operands) => mapVector(type, f, operands);
  if (type instanceof RankedTensorType || type instanceof UnrankedTensorType) {
    const element = elementTypeOf(type);
    return (...operands) => mapTensor(op, element, f, operands);
  }
  return f;
}

/**
 * Binds a function of scalars, chosen for each op by its element types and attributes; it applies
 * to vectors and tensors element by element.
 */
export function interpretElementwise<O extends Operation>(
  cls: (new (parts: OperationParts) => O) & OpRef,
  choose: (op: O) => ScalarFunction,
): InterfaceBinding {
  return interpretAs(cls, (op) => liftElementwise(op, op.resultAt(0).type, choose(op)));
}
