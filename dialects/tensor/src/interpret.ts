/**
 * What the operations of `tensor` do when a program runs; accesses are checked. Unspecified elements
 * hold the pattern of `fillUninitialized`.
 */
import {
  createStore,
  failAt,
  fillUninitialized,
  interpretAs,
  type InterpreterContext,
  interpretOf,
  reinterpretStore,
  type RuntimeValue,
  storeOf,
  TensorValue,
} from "@strata/interpret";
import { type InterfaceBinding, type Operation, RankedTensorType, type Type } from "@strata/ir";
import { slicing } from "./interpret-slices.ts";
import * as ops from "./ops.ts";

/** A run-time value that must be a tensor. */
export function expectTensor(v: RuntimeValue | undefined): TensorValue {
  if (v instanceof TensorValue) return v;
  throw new Error("expected a tensor");
}

/** Position of an element; fails at `op` when an index is outside. */
export function expectPosition(
  op: Operation,
  t: TensorValue,
  indices: readonly RuntimeValue[],
  _cx?: InterpreterContext,
): number {
  const at = t.linearIndex(indices as readonly number[]);
  if (at !== undefined) return at;
  const d = indices.findIndex((i, k) => !((i as number) >= 0 && (i as number) < t.shape[k]!));
  return failAt(
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

/** A shape with the dynamic extents filled in; fails at `op` when one is negative. */
function expectShape(
  op: Operation,
  type: RankedTensorType,
  sizes: readonly RuntimeValue[],
): number[] {
  const shape = filledShape(type, sizes);
  const d = shape.findIndex((n) => n < 0);
  if (d < 0) return shape;
  return failAt(op, "tensor.negative-size", `extent ${shape[d]} of dimension ${d} is negative`);
}

const count = (shape: readonly number[]): number => shape.reduce((a, n) => a * n, 1);

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
  elementType: Type,
  f: (point: readonly number[]) => RuntimeValue,
): TensorValue {
  const store = createStore(elementType, count(shape));
  let i = 0;
  forEachPoint(shape, (p) => store.set(i++, f(p)));
  return new TensorValue(shape, elementType, store);
}

function cast(op: ops.Cast, tensor: TensorValue): TensorValue {
  const to = op.dest.type;
  const fits =
    !(to instanceof RankedTensorType) ||
    (to.rank === tensor.shape.length && to.shape.every((n, d) => n < 0 || n === tensor.shape[d]));
  if (fits) return tensor;
  return failAt(op, "tensor.cast-shape", `\`${tensor.describe()}\` is no \`${to.toString()}\``);
}

function bitcast(op: ops.Bitcast, tensor: TensorValue): TensorValue {
  const type = op.dest.type.elementType;
  const data = reinterpretStore(tensor.data, type)?.slice();
  if (data !== undefined) return new TensorValue(tensor.shape, type, data);
  return failAt(
    op,
    "tensor.bitcast-storage",
    `the bits of \`${tensor.describe()}\` cannot be seen as \`${type.toString()}\``,
  );
}

function reshape(op: ops.Reshape, tensor: TensorValue, extents: TensorValue): TensorValue {
  const shape = Array.from({ length: extents.numElements }, (_, i) => Number(extents.data.get(i)));
  if (shape.some((n) => n < 0) || count(shape) !== tensor.numElements) {
    failAt(
      op,
      "tensor.reshape-shape",
      `\`${tensor.describe()}\` cannot be reshaped to extents [${shape.join(", ")}]`,
    );
  }
  return new TensorValue(shape, tensor.elementType, tensor.data);
}

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.Empty, (op, sizes) => {
    const { type } = op.result;
    const shape = expectShape(op, type, sizes);
    const store = createStore(type.elementType, count(shape));
    fillUninitialized(store);
    return new TensorValue(shape, type.elementType, store);
  }),
  interpretAs(ops.Dim, (op) => (t, d) => {
    const { shape } = expectTensor(t);
    return (
      shape[d as number] ?? failAt(op, "tensor.dim-range", `there is no dimension ${String(d)}`)
    );
  }),
  interpretAs(ops.Rank, () => (t) => expectTensor(t).shape.length),
  interpretAs(ops.Extract, (op) => (t, ...indices) => {
    const tensor = expectTensor(t);
    return tensor.data.get(expectPosition(op, tensor, indices));
  }),
  interpretOf(ops.Insert, (op, [scalar, t, ...indices]) => {
    const tensor = expectTensor(t);
    const data = tensor.data.slice();
    data.set(expectPosition(op, tensor, indices), scalar!);
    return new TensorValue(tensor.shape, tensor.elementType, data);
  }),
  interpretOf(ops.FromElements, (op, elements) => {
    const { type } = op.result;
    return new TensorValue(type.shape, type.elementType, storeOf(type.elementType, elements));
  }),
  interpretOf(ops.Splat, (op, [element, ...sizes]) => {
    const { type } = op.aggregate;
    const shape = expectShape(op, type, sizes);
    const store = createStore(type.elementType, count(shape));
    store.fill(element!);
    return new TensorValue(shape, type.elementType, store);
  }),
  interpretAs(ops.Cast, (op) => (t) => cast(op, expectTensor(t))),
  interpretAs(ops.Bitcast, (op) => (t) => bitcast(op, expectTensor(t))),
  interpretOf(ops.Generate, (op, sizes, cx) => {
    const { type } = op.result;
    return buildTensor(
      expectShape(op, type, sizes),
      type.elementType,
      (p) => cx.runRegion(op.body, [...p])[0]!,
    );
  }),
  interpretAs(ops.CollapseShape, (op) => {
    const { groups } = op;
    return (v) => {
      const t = expectTensor(v);
      const shape = groups.map((g) => g.reduce((n, d) => n * t.shape[d]!, 1));
      return new TensorValue(shape, t.elementType, t.data);
    };
  }),
  interpretAs(ops.Reshape, (op) => (t, shape) => reshape(op, expectTensor(t), expectTensor(shape))),
  ...slicing,
];
