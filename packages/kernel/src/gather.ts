/**
 * Reading and writing at computed places, and sums over segments.
 *
 * Invariants: rows lie along the first axis; `scatter` works in row-major order of its values;
 * segment k goes from `offsets[k]` to below `offsets[k + 1]`.
 */
import { settle } from "./convert.ts";
import { badArguments, indexOutside, rankTooHigh } from "./errors.ts";
import { Collector } from "./evidence.ts";
import type { Element, Scalar } from "./scalars.ts";
import type { Dim, Shape } from "./shape.ts";
import { allocate, writeElements } from "./storage.ts";
import { Tensor } from "./tensor.ts";

/** A shape without its first axis; spelled out, so that it resolves for shapes of named extents. */
type Tail<S extends Shape> = S extends readonly [infer _ extends Dim]
  ? []
  : S extends readonly [infer _ extends Dim, infer b extends Dim]
    ? [b]
    : S extends readonly [infer _ extends Dim, infer b extends Dim, infer c extends Dim]
      ? [b, c]
      : S extends readonly [
            infer _ extends Dim,
            infer b extends Dim,
            infer c extends Dim,
            infer d extends Dim,
          ]
        ? [b, c, d]
        : number[];

/** Extents of a list of rows: those of the indices, then those of a row. */
type Rows<I extends Shape, S extends Shape> = [...I, ...Tail<S>];

type Whole = number | bigint;

function rowSize(shape: Shape): number {
  return shape.slice(1).reduce((n, extent) => n * extent, 1);
}

/** The first element of a row; refuses one that does not exist. */
function rowAt(tensor: Tensor, index: Scalar): number {
  const row = Number(index);
  const extent = tensor.shape[0] ?? 0;
  if (!(row >= 0 && row < extent)) throw indexOutside(tensor.shape, [row]);
  return row * rowSize(tensor.shape);
}

/** The rows of a tensor that the indices name; refuses an index outside. */
export function gather<T extends Scalar, S extends Shape, I extends Shape>(
  tensor: Tensor<T, S>,
  indices: Tensor<Whole, I>,
): Tensor<T, Rows<I, S>>;
export function gather(tensor: Tensor, indices: Tensor): Tensor {
  if (tensor.shape.length === 0) throw badArguments("gather", "a tensor of rows, then indices");
  const shape = [...indices.shape, ...tensor.shape.slice(1)];
  if (shape.length > 6) throw rankTooHigh(shape.length);
  const size = rowSize(tensor.shape);
  const data = allocate(tensor.dtype, shape);
  const values: Scalar[] = [];
  for (let k = 0; k < indices.size; k++) {
    const start = rowAt(tensor, indices.item(k));
    for (let i = 0; i < size; i++) values.push(tensor.item(start + i));
  }
  writeElements(tensor.dtype, data, values);
  return new Tensor(tensor.dtype, shape, data);
}

/**
 * The target with rows replaced: row `indices[k]` by the k-th of `values`, in order, or by what
 * `combine` makes of the old element and the value. Rows outside of the target are ignored.
 */
export function scatter<T extends Scalar, S extends Shape, I extends Shape, V extends Scalar = T>(
  target: Tensor<T, S>,
  indices: Tensor<Whole, I>,
  values: Tensor<V, NoInfer<Rows<I, S>>>,
  combine?: (old: T, value: V) => NoInfer<T>,
): Tensor<T, S>;
export function scatter(
  target: Tensor,
  indices: Tensor,
  values: Tensor,
  combine: (old: Scalar, value: Scalar) => Scalar = (_, value) => value,
): Tensor {
  const { shape, dtype } = target;
  const wanted = [...indices.shape, ...shape.slice(1)];
  if (shape.length === 0 || wanted.join() !== values.shape.join()) {
    throw badArguments("scatter", `values of shape [${wanted.join(", ")}] for these indices`);
  }
  const size = rowSize(shape);
  const elements: Scalar[] = Array.from({ length: target.size }, (_, k) => target.item(k));
  for (let k = 0; k < indices.size; k++) {
    const row = Number(indices.item(k));
    if (!(row >= 0 && row < (shape[0] ?? 0))) continue;
    for (let i = 0; i < size; i++) {
      const at = row * size + i;
      const old = elements[at] ?? 0;
      elements[at] = settle(dtype, combine(old, values.item(k * size + i)));
    }
  }
  const data = allocate(dtype, shape);
  writeElements(dtype, data, elements);
  return new Tensor(dtype, shape, data);
}

function segmentBounds(pattern: string, offsets: Tensor, limit: number): number[] {
  if (offsets.shape.length !== 1 || offsets.size === 0) {
    throw badArguments(pattern, "offsets of rank 1, one more than there are segments");
  }
  return Array.from({ length: offsets.size }, (_, k) => {
    const bound = Number(offsets.item(k));
    if (!(bound >= 0 && bound <= limit)) throw indexOutside([limit + 1], [bound]);
    return bound;
  });
}

/**
 * For each segment of `values` its elements combined by `f`, which must be associative, starting at
 * `init`; `offsets` has one element more than there are segments.
 */
export function segmentedReduce<T extends Scalar>(
  values: Tensor<T, readonly [Dim]>,
  offsets: Tensor<Whole, readonly [Dim]>,
  init: NoInfer<T>,
  f: (acc: T, x: T) => NoInfer<T>,
): Tensor<T, [number]>;
export function segmentedReduce(
  values: Tensor,
  offsets: Tensor,
  init: Scalar,
  f: (acc: Scalar, x: Scalar) => Scalar,
): Tensor {
  const { dtype } = values;
  const bounds = segmentBounds("segmentedReduce", offsets, values.size);
  const results = bounds.slice(1).map((end, k) => {
    let acc = settle(dtype, init);
    for (let i = bounds[k] ?? 0; i < end; i++) acc = settle(dtype, f(acc, values.item(i)));
    return acc;
  });
  const data = allocate(dtype, [results.length]);
  writeElements(dtype, data, results);
  return new Tensor(dtype, [results.length], data);
}

/**
 * The product of a matrix in compressed rows with a dense vector or matrix: row k holds the elements
 * `values[i]` in the columns `columns[i]`, for i from `offsets[k]` to below `offsets[k + 1]`. With
 * `init, times, plus` over another semiring: (∞, +, min), (false, and, or).
 */
export function sparseProduct<T extends number | bigint, S extends Shape>(
  offsets: Tensor<Whole, readonly [Dim]>,
  columns: Tensor<Whole, readonly [Dim]>,
  values: Tensor<T, readonly [Dim]>,
  dense: Tensor<NoInfer<T>, S>,
): Tensor<T, [number, ...Tail<S>]>;
export function sparseProduct<
  T extends Scalar,
  X extends Scalar,
  U extends Scalar,
  S extends Shape,
>(
  offsets: Tensor<Whole, readonly [Dim]>,
  columns: Tensor<Whole, readonly [Dim]>,
  values: Tensor<T, readonly [Dim]>,
  dense: Tensor<X, S>,
  init: NoInfer<U>,
  times: (value: T, x: X) => U,
  plus: (acc: Element<U>, y: Element<U>) => NoInfer<U>,
): Tensor<Element<U>, [number, ...Tail<S>]>;
export function sparseProduct(
  offsets: Tensor,
  columns: Tensor,
  values: Tensor,
  dense: Tensor,
  init?: Scalar,
  times?: (value: Scalar, x: Scalar) => Scalar,
  plus?: (acc: Scalar, y: Scalar) => Scalar,
): Tensor {
  const bounds = segmentBounds("sparseProduct", offsets, values.size);
  if (columns.size !== values.size || dense.shape.length < 1 || dense.shape.length > 2) {
    throw badArguments("sparseProduct", "a column for each value, and a vector or a matrix");
  }
  const wide = values.dtype === "i64" || values.dtype === "u64";
  const product =
    times ??
    ((a: Scalar, b: Scalar): Scalar => (wide ? BigInt(a) * BigInt(b) : Number(a) * Number(b)));
  const sum =
    plus ??
    ((a: Scalar, b: Scalar): Scalar => (wide ? BigInt(a) + BigInt(b) : Number(a) + Number(b)));
  const start = init ?? (wide ? 0n : 0);
  const width = rowSize(dense.shape);
  const shape = [bounds.length - 1, ...dense.shape.slice(1)];
  const count = shape.reduce((n, extent) => n * extent, 1);
  const collector = new Collector("sparseProduct", [values.dtype, dense.dtype], count);
  for (let row = 0; row + 1 < bounds.length; row++) {
    for (let j = 0; j < width; j++) {
      let acc = start;
      for (let i = bounds[row] ?? 0; i < (bounds[row + 1] ?? 0); i++) {
        const x = dense.item(rowAt(dense, columns.item(i)) + j);
        acc = collector.settle(sum(acc, product(values.item(i), x)));
      }
      collector.put(row * width + j, acc);
    }
  }
  const { dtype, data } = collector.finish(times === undefined ? values.dtype : undefined);
  return new Tensor(dtype, shape, data);
}
