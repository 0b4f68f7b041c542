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

/** Which points a stencil computes. */
export interface StencilOptions {
  /** Distance of the points, per axis or one for all: only every so many-th is computed. */
  readonly stride?: number | readonly number[];
  /** Only points whose indices add up to this remainder by 2; the others keep the first input. */
  readonly parity?: 0 | 1;
}

/** `S`, or extents that are not known if the points are strided. */
type Domain<S extends Shape, O> = O extends { readonly stride: unknown }
  ? { [K in keyof S]: number }
  : S;

/**
 * A tensor of `f(c, i, j, …)` where `c(di, dj, …)` reads `tensor` at offsets from the point; with
 * several inputs of one shape, one accessor each. `boundary` says what is read outside, of all or
 * of each. With `copy` the result has the first input's type, and a point keeps the first input's
 * element if any offset that the arrow uses of that input, at this point or another, would read
 * outside.
 */
export function stencil<
  T extends Scalar,
  S extends Shape,
  U extends Scalar,
  const O extends StencilOptions = object,
>(
  tensor: Tensor<T, S>,
  boundary: Boundary<T>,
  f: (c: Accessor<T, S>, ...indices: Indices<S>) => U,
  options?: O,
): Tensor<Element<U>, Domain<S, O>>;
export function stencil<
  T extends Scalar,
  S extends Shape,
  Rest extends readonly Tensor<Scalar, S>[],
  U extends Scalar,
  const O extends StencilOptions = object,
>(
  tensors: readonly [Tensor<T, S>, ...Rest],
  boundary: Boundary | readonly Boundary[],
  f: (...args: [Accessor<T, S>, ...Accessors<Rest, S>, ...Indices<S>]) => U,
  options?: O,
): Tensor<Element<U>, Domain<S, O>>;
export function stencil(
  input: Tensor | readonly Tensor[],
  boundary: Boundary | readonly Boundary[],
  f: unknown,
  options: StencilOptions = {},
): Tensor {
  if (!isBody(f)) throw badArguments("stencil", "tensors, a boundary, then an arrow");
  const tensors = input instanceof Tensor ? [input] : input;
  const shape = expectSameShape("stencil", tensors);
  const boundaries = "kind" in boundary ? tensors.map(() => boundary) : boundary;
  if (boundaries.length !== tensors.length) {
    throw badArguments("stencil", "one boundary, or as many as tensors");
  }
  const first = tensors[0] ?? Tensor.zeros([0]);
  const point: { indices: readonly number[] } = { indices: [] };
  const reach: Reach = { low: shape.map(() => 0), high: shape.map(() => 0) };
  const unlimited: Reach = { low: shape.map(() => 0), high: shape.map(() => 0) };
  const types = tensors.map(({ dtype }) => dtype);
  const accessors = tensors.map((tensor, k) => {
    const own = boundaries[k] ?? { kind: "clamp" };
    return makeAccessor(tensor, own, point, own.kind === "copy" ? reach : unlimited);
  });
  const domain = shape.map((extent, axis) => Math.ceil(extent / strideOf(options, axis)));
  const { parity } = options;
  const copies = boundaries.some(({ kind }) => kind === "copy");
  const size = domain.reduce((n, extent) => n * extent, 1);
  const collector = new Collector("stencil", types, size);
  const placeOf = (at: readonly number[]): number[] =>
    at.map((k, axis) => k * strideOf(options, axis));
  walk(domain, (position, at) => {
    point.indices = placeOf(at);
    collector.put(position, f(...accessors, ...point.indices));
  });
  if (copies || parity !== undefined) {
    const strides = stridesOf(shape);
    walk(domain, (position, at) => {
      const place = placeOf(at);
      const other = parity !== undefined && place.reduce((a, i) => a + i, 0) % 2 !== parity;
      if (!other && !(copies && leaves(place, shape, reach))) return;
      const home = place.reduce((n, i, axis) => n + i * (strides[axis] ?? 0), 0);
      collector.put(position, first.item(home));
    });
  }
  const keeps = copies || parity !== undefined;
  const { dtype, data } = collector.finish(keeps ? first.dtype : undefined);
  return new Tensor(dtype, domain, data);
}

function strideOf({ stride }: StencilOptions, axis: number): number {
  const own = typeof stride === "object" ? (stride[axis] ?? 1) : (stride ?? 1);
  if (!Number.isInteger(own) || own < 1) throw badArguments("stencil", "positive whole strides");
  return own;
}

function isBody(f: unknown): f is Body {
  return typeof f === "function";
}

/** Whether a read from a point may fall outside. */
function leaves(place: readonly number[], shape: readonly number[], { low, high }: Reach): boolean {
  return place.some(
    (index, axis) =>
      index + (low[axis] ?? 0) < 0 || index + (high[axis] ?? 0) >= (shape[axis] ?? 0),
  );
}
