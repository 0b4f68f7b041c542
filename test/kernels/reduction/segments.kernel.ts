import { gather, segmentedReduce, type Dim, type f64, type i32, type Tensor } from "@strata/kernel";

/** The largest of each group of rows that a list names: of segments of an order of elements. */
export function groupMaxima<n extends Dim, k extends Dim, s extends Dim>(
  values: Tensor<f64, [n]>,
  order: Tensor<i32, [k]>,
  start: Tensor<i32, [s]>,
): Tensor<f64, [Dim]> {
  return segmentedReduce(gather(values, order), start, -Infinity, (acc, x) => Math.max(acc, x));
}
