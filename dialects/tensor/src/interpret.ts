/** What the operations of `tensor` do when a program runs; accesses are checked. */
import {
  type InterpreterContext,
  interpretOf,
  createStore,
  type RuntimeValue,
  TensorValue,
} from "@strata/interpret";
import { type InterfaceBinding, type Operation, RankedTensorType } from "@strata/ir";
import * as ops from "./ops.ts";

function asTensor(v: RuntimeValue | undefined): TensorValue {
  if (v instanceof TensorValue) return v;
  throw new Error("expected a tensor");
}

/** Position of an element; fails at `op` when an index is outside. */
export function expectPosition(
  op: Operation,
  t: TensorValue,
  indices: readonly RuntimeValue[],
  cx: InterpreterContext,
): number {
  const at = t.linearIndex(indices as readonly number[]);
  if (at !== undefined) return at;
  const d = indices.findIndex((i, k) => !((i as number) >= 0 && (i as number) < t.shape[k]!));
  return cx.fail(
    op,
    "tensor.out-of-bounds",
    `index ${String(indices[d])} is outside of dimension ${d}, whose extent is ${t.shape[d]}`,
  );
}

/** A shape with the dynamic extents filled in. */
export function filledShape(type: RankedTensorType, sizes: readonly RuntimeValue[]): number[] {
  let next = 0;
  return type.shape.map((n) => (n >= 0 ? n : (sizes[next++] as number)));
}

/** Calls `f` for all index tuples of a shape, in row-major order. */
export function forEachPoint(
  shape: readonly number[],
  f: (point: readonly number[]) => void,
): void {
  const point = shape.map(() => 0);
  const level = (d: number): void => {
    if (d === shape.length) {
      f(point);
      return;
    }
    for (let i = 0; i < shape[d]!; i++) {
      point[d] = i;
      level(d + 1);
    }
  };
  level(0);
}

/** A tensor whose elements `f` computes. */
export function buildTensor(
  shape: readonly number[],
  elementType: RankedTensorType["elementType"],
  f: (point: readonly number[]) => RuntimeValue,
): TensorValue {
  const store = createStore(
    elementType,
    shape.reduce((a, n) => a * n, 1),
  );
  let i = 0;
  forEachPoint(shape, (p) => store.set(i++, f(p)));
  return new TensorValue(shape, elementType, store);
}

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.Empty, (op, sizes) => {
    const type = op.result.type;
    const shape = filledShape(type, sizes);
    return new TensorValue(
      shape,
      type.elementType,
      createStore(
        type.elementType,
        shape.reduce((a, n) => a * n, 1),
      ),
    );
  }),
  interpretOf(ops.Dim, (op, [t, d], cx) => {
    const { shape } = asTensor(t);
    return (
      shape[d as number] ?? cx.fail(op, "tensor.dim-range", `there is no dimension ${String(d)}`)
    );
  }),
  interpretOf(ops.Extract, (op, [t, ...indices], cx) => {
    const tensor = asTensor(t);
    return tensor.data.get(expectPosition(op, tensor, indices, cx));
  }),
  interpretOf(ops.Insert, (op, [scalar, t, ...indices], cx) => {
    const tensor = asTensor(t);
    const data = tensor.data.slice();
    data.set(expectPosition(op, tensor, indices, cx), scalar!);
    return new TensorValue(tensor.shape, tensor.elementType, data);
  }),
  interpretOf(ops.FromElements, (op, elements) => {
    const type = op.result.type;
    const store = createStore(type.elementType, elements.length);
    elements.forEach((v, i) => store.set(i, v));
    return new TensorValue(type.shape, type.elementType, store);
  }),
  interpretOf(ops.Cast, (op, [t], cx) => {
    const tensor = asTensor(t);
    const to = op.dest.type;
    const fits =
      !(to instanceof RankedTensorType) || to.shape.every((n, d) => n < 0 || n === tensor.shape[d]);
    if (!fits)
      cx.fail(op, "tensor.cast-shape", `\`${tensor.describe()}\` is no \`${to.toString()}\``);
    return tensor;
  }),
  interpretOf(ops.Generate, (op, sizes, cx) => {
    const type = op.result.type;
    return buildTensor(
      filledShape(type, sizes),
      type.elementType,
      (p) => cx.runRegion(op.body, [...p])[0]!,
    );
  }),
];
