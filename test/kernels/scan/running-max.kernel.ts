import { scan, type Dim, type f32, type Tensor } from "@strata/kernel";

/** The greatest element so far, along every row. */
export function runningMax<n extends Dim, m extends Dim>(
  x: Tensor<f32, [n, m]>,
): Tensor<f32, [n, m]> {
  return scan(x, -Infinity, (acc, v) => Math.max(acc, v), { axis: 1 });
}
