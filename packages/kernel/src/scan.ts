/**
 * Prefix combinations along an axis, in order.
 *
 * Invariant: the running value is rounded or wrapped after every step to the type that the result
 * has so far as it is known (`evidence.ts`).
 */
import { Collector } from "./evidence.ts";
import type { Element, Scalar } from "./scalars.ts";
import { lanesOf, type Shape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** Along which axis (0), whether an element leaves itself out (no), and from which end (first). */
export interface ScanOptions {
  readonly axis?: number;
  readonly exclusive?: boolean;
  readonly reverse?: boolean;
}

/**
 * A tensor of the same shape that holds at each point the combination of `init` and the elements
 * up to and including it along an axis, `acc = f(acc, x)` from left to right; `exclusive` leaves
 * the point's own element out, `reverse` goes from right to left.
 */
export function scan<T extends Scalar, S extends Shape, A extends Scalar>(
  tensor: Tensor<T, S>,
  init: A,
  f: (acc: Element<A>, x: T) => Element<A>,
  options?: ScanOptions,
): Tensor<Element<A>, S>;
export function scan(
  tensor: Tensor,
  init: Scalar,
  f: (acc: Scalar, x: Scalar) => Scalar,
  { axis = 0, exclusive = false, reverse = false }: ScanOptions = {},
): Tensor {
  const { outer, extent, inner } = lanesOf("scan", tensor.shape, axis);
  const collector = new Collector("scan", [tensor.dtype], tensor.size);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let acc = init;
      for (let step = 0; step < extent; step++) {
        const k = reverse ? extent - 1 - step : step;
        const position = (o * extent + k) * inner + i;
        if (exclusive) collector.put(position, acc);
        acc = collector.settle(f(acc, tensor.item(position)));
        if (!exclusive) collector.put(position, acc);
      }
    }
  }
  const { dtype, data } = collector.finish();
  return new Tensor(dtype, tensor.shape, data);
}
