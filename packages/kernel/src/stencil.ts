/**
 * Stencils: every point from its neighbours at constant offsets.
 *
 * Invariant: an accessor is good for the point being evaluated only.
 */
import { type Boundary, resolvePosition } from "./boundary.ts";
import { convert } from "./convert.ts";
import { expectSameShape } from "./elementwise.ts";
import { badArguments, badOffset, indexCount } from "./errors.ts";
import { Collector } from "./evidence.ts";
import type { Element, Scalar } from "./scalars.ts";
import { type Indices, type Shape, stridesOf, walk } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** Reads a tensor at an offset per axis from the current point. */
export type Accessor<T extends Scalar, S extends Shape> = (...offsets: Indices<S>) => T;

/** One accessor per tensor. */
type Accessors<Tensors extends readonly Tensor[], S extends Shape> = {
  [K in keyof Tensors]: Tensors[K] extends Tensor<infer T, Shape> ? Accessor<T, S> : never;
};

type Read = (...offsets: number[]) => Scalar;
type Body = (...args: (Read | number)[]) => Scalar;

/** The least and the greatest offset read so far, per axis. */
interface Reach {
  readonly low: number[];
  readonly high: number[];
}

function makeAccessor(
  tensor: Tensor,
  boundary: Boundary,
  point: { indices: readonly number[] },
  reach: Reach,
): Read {
  const { shape, dtype } = tensor;
  const strides = stridesOf(shape);
  const outside = convert<typeof dtype>(dtype, boundary.kind === "constant" ? boundary.value : 0);
  return (...offsets) => {
    if (offsets.length !== shape.length) {
      throw indexCount("stencil", shape.length, offsets.length);
    }
    let position = 0;
    for (let axis = 0; axis < offsets.length; axis++) {
      const offset = offsets[axis] ?? 0;
      if (!Number.isInteger(offset)) throw badOffset(offset);
      if (offset < (reach.low[axis] ?? 0)) reach.low[axis] = offset;
      if (offset > (reach.high[axis] ?? 0)) reach.high[axis] = offset;
      const at = (point.indices[axis] ?? 0) + offset;
      const inside = resolvePosition(boundary.kind, at, shape[axis] ?? 0);
      if (inside < 0) return outside;
      position += inside * (strides[axis] ?? 0);
    }
    return tensor.item(position);
  };
}

/**
 * A tensor of `f(c, i, j, …)` where `c(di, dj, …)` reads `tensor` at offsets from the point; with
 * several inputs of one shape, one accessor each. `boundary` says what is read outside. With
 * `copy` the result has the first input's type, and a point keeps the first input's element if any
 * offset that the arrow uses, at this point or another, would read outside.
 */
export function stencil<T extends Scalar, S extends Shape, U extends Scalar>(
  tensor: Tensor<T, S>,
  boundary: Boundary<T>,
  f: (c: Accessor<T, S>, ...indices: Indices<S>) => U,
): Tensor<Element<U>, S>;
export function stencil<
  T extends Scalar,
  S extends Shape,
  Rest extends readonly Tensor<Scalar, S>[],
  U extends Scalar,
>(
  tensors: readonly [Tensor<T, S>, ...Rest],
  boundary: Boundary,
  f: (...args: [Accessor<T, S>, ...Accessors<Rest, S>, ...Indices<S>]) => U,
): Tensor<Element<U>, S>;
export function stencil(input: Tensor | readonly Tensor[], boundary: Boundary, f: unknown): Tensor {
  if (!isBody(f)) throw badArguments("stencil", "tensors, a boundary, then an arrow");
  const tensors = input instanceof Tensor ? [input] : input;
  const shape = expectSameShape("stencil", tensors);
  const first = tensors[0] ?? Tensor.zeros([0]);
  const point: { indices: readonly number[] } = { indices: [] };
  const reach: Reach = { low: shape.map(() => 0), high: shape.map(() => 0) };
  const types = tensors.map(({ dtype }) => dtype);
  const accessors = tensors.map((tensor) => makeAccessor(tensor, boundary, point, reach));
  const collector = new Collector("stencil", types, first.size);
  walk(shape, (position, indices) => {
    point.indices = indices;
    collector.put(position, f(...accessors, ...indices));
  });
  if (boundary.kind === "copy") copyBorder(first, reach, collector);
  const { dtype, data } = collector.finish(boundary.kind === "copy" ? first.dtype : undefined);
  return new Tensor(dtype, shape, data);
}

function isBody(f: unknown): f is Body {
  return typeof f === "function";
}

function copyBorder(tensor: Tensor, { low, high }: Reach, collector: Collector): void {
  const { shape } = tensor;
  walk(shape, (position, indices) => {
    const leaves = indices.some(
      (index, axis) =>
        index + (low[axis] ?? 0) < 0 || index + (high[axis] ?? 0) >= (shape[axis] ?? 0),
    );
    if (leaves) collector.put(position, tensor.item(position));
  });
}
