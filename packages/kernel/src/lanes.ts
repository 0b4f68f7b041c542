/**
 * Reducing the lanes of a tensor: the runs of elements along one axis, or all elements at once.
 *
 * Invariant: a lane's elements come in ascending order, a whole tensor's in row-major order.
 */
import type { DType } from "@strata/support";
import { note } from "./evidence.ts";
import type { Scalar } from "./scalars.ts";
import { lanesOf } from "./shape.ts";
import { allocate, writeElements } from "./storage.ts";
import { Tensor } from "./tensor.ts";

/** One step of a reduction. */
export type Combine = (acc: Scalar, x: Scalar) => Scalar;

/** Reduces the elements of one lane, given one by one, to a value. */
export type Lane = (elements: Iterable<Scalar>) => Scalar;

/**
 * The reductions of all lanes along an axis, of element type `result`; without an axis a tensor of
 * rank 0.
 */
export function reduceLanes(
  pattern: string,
  tensor: Tensor,
  axis: number | undefined,
  result: DType,
  reduceLane: Lane,
): Tensor {
  const { outer, extent, inner, rest } = lanesOf(pattern, tensor.shape, axis);
  const values: Scalar[] = [];
  function* lane(start: number): Generator<Scalar> {
    for (let k = 0; k < extent; k++) yield tensor.item(start + k * inner);
  }
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) values.push(reduceLane(lane(o * extent * inner + i)));
  }
  const data = allocate(result, rest);
  writeElements(result, data, values);
  return new Tensor(result, rest, data);
}

/** The scalar of a whole reduction, or the tensor of one along an axis. */
export function deliver(reduced: Tensor, axis: number | undefined): Scalar | Tensor {
  return axis === undefined ? note(reduced.dtype, reduced.item(0)) : reduced;
}

/** The lane reduction that combines from left to right, starting at `init`. */
export function foldWith(init: Scalar, combine: Combine): Lane {
  return (elements) => {
    let acc = init;
    for (const x of elements) acc = combine(acc, x);
    return acc;
  };
}
