/**
 * Patterns that give every point a value of its own: map, zip, build.
 *
 * Invariant: the arrow is called once per point in row-major order (the compiler promises no
 * order); the element type of the result is found as `evidence.ts` says.
 */
import { badArguments, shapeMismatch } from "./errors.ts";
import { Collector } from "./evidence.ts";
import type { Element, Scalar } from "./scalars.ts";
import { type Indices, sameShape, type Shape, walk } from "./shape.ts";
import { countElements } from "./storage.ts";
import { type ElementsOf, Tensor } from "./tensor.ts";

/** Refuses tensors of different shapes; returns the shape. */
export function expectSameShape(pattern: string, tensors: readonly Tensor[]): Shape {
  const [first] = tensors;
  if (first === undefined) throw badArguments(pattern, "at least one tensor");
  for (const [k, tensor] of tensors.entries()) {
    if (!(tensor instanceof Tensor)) throw badArguments(pattern, "tensors before the arrow");
    if (!sameShape(first.shape, tensor.shape)) {
      throw shapeMismatch(pattern, first.shape, tensor.shape, k + 1);
    }
  }
  return first.shape;
}

function combine(
  pattern: string,
  tensors: readonly Tensor[],
  f: (...args: Scalar[]) => Scalar,
): Tensor {
  const shape = expectSameShape(pattern, tensors);
  const types = tensors.map(({ dtype }) => dtype);
  const collector = new Collector(pattern, types, tensors[0]?.size ?? 0);
  const values: Scalar[] = tensors.map(() => 0);
  walk(shape, (position, indices) => {
    for (const [k, tensor] of tensors.entries()) values[k] = tensor.item(position);
    collector.put(position, f(...values, ...indices));
  });
  const { dtype, data } = collector.finish();
  return new Tensor(dtype, shape, data);
}

/** A tensor of the same shape with `f(x, i, j, …)` in place of every element `x`. */
export function map<T extends Scalar, S extends Shape, U extends Scalar>(
  tensor: Tensor<T, S>,
  f: (x: T, ...indices: Indices<S>) => U,
): Tensor<Element<U>, S>;
export function map(tensor: Tensor, f: unknown): Tensor {
  if (!isBody(f)) throw badArguments("map", "a tensor, then an arrow");
  return combine("map", [tensor], f);
}

/**
 * A tensor of `f(x, y, …, i, j, …)` over the elements of one to eight tensors of equal shape;
 * refuses different shapes.
 */
export function zip<
  T extends Scalar,
  S extends Shape,
  Rest extends readonly Tensor<Scalar, S>[],
  U extends Scalar,
>(
  ...args: [
    first: Tensor<T, S>,
    ...rest: Rest,
    f: (...args: [T, ...ElementsOf<Rest>, ...Indices<S>]) => U,
  ]
): Tensor<Element<U>, S>;
export function zip(...args: unknown[]): Tensor {
  const f = args.at(-1);
  const tensors = args.slice(0, -1).filter((arg) => arg instanceof Tensor);
  if (!isBody(f) || tensors.length !== args.length - 1 || tensors.length > 8) {
    throw badArguments("zip", "one to eight tensors, then an arrow");
  }
  return combine("zip", tensors, f);
}

function isBody(f: unknown): f is (...args: Scalar[]) => Scalar {
  return typeof f === "function";
}

/** A tensor of the given extents with `f(i, j, …)` at every point. */
export function build<S extends Shape, U extends Scalar>(
  extents: readonly [...S],
  f: (...indices: Indices<S>) => U,
): Tensor<Element<U>, S>;
export function build(extents: Shape, f: unknown): Tensor {
  if (!isBody(f)) throw badArguments("build", "a list of extents, then an arrow");
  const collector = new Collector("build", [], countElements(extents, "bool"));
  walk(extents, (position, indices) => collector.put(position, f(...indices)));
  const { dtype, data } = collector.finish();
  return new Tensor(dtype, [...extents], data);
}
