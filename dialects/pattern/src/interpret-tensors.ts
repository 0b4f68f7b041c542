/** What the interpretation of the patterns shares: tensors in, tensors out, point by point. */
import { createStore, type RuntimeValue, TensorValue } from "@strata/interpret";
import type { RankedTensorType } from "@strata/ir";
import { forEachPoint } from "@strata/tensor";

/** Values that must be tensors. */
export function tensors(values: readonly RuntimeValue[]): TensorValue[] {
  return values.map((v) => {
    if (v instanceof TensorValue) return v;
    throw new Error("expected a tensor");
  });
}

/** Several tensors of one shape, computed point by point. */
export function computeTensors(
  shape: readonly number[],
  types: readonly RankedTensorType[],
  at: (point: readonly number[], linear: number) => readonly RuntimeValue[],
): TensorValue[] {
  const count = shape.reduce((a, n) => a * n, 1);
  const stores = types.map((t) => createStore(t.elementType, count));
  let i = 0;
  forEachPoint(shape, (point) => {
    const values = at(point, i);
    stores.forEach((s, k) => s.set(i, values[k]!));
    i++;
  });
  return types.map((t, k) => new TensorValue([...shape], t.elementType, stores[k]!));
}

/** The elements of tensors at a position. */
export const elements = (inputs: readonly TensorValue[], linear: number): RuntimeValue[] =>
  inputs.map((t) => t.data.get(linear));

/** The tensor types of an operation's results. */
export const resultTypes = (op: {
  readonly outputs: readonly { readonly type: unknown }[];
}): RankedTensorType[] => op.outputs.map((r) => r.type as RankedTensorType);
