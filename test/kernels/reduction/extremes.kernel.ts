import { argmax, argmin, max, min, type Dim, type i32, type Tensor } from "@strata/kernel";

/** The least and the greatest element, and where each first occurs. */
export function extremes<n extends Dim>(
  x: Tensor<i32, [n]>,
): {
  least: i32;
  greatest: i32;
  leastAt: i32;
  greatestAt: i32;
} {
  return { least: min(x), greatest: max(x), leastAt: argmin(x), greatestAt: argmax(x) };
}
