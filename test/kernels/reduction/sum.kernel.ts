import { sum, type Dim, type f32, type Tensor } from "@strata/kernel";

/** The sum of all elements. */
export function total<n extends Dim>(x: Tensor<f32, [n]>): f32 {
  return sum(x);
}

/** The sums of the rows and of the columns of a matrix. */
export function margins<n extends Dim, m extends Dim>(
  x: Tensor<f32, [n, m]>,
): { rows: Tensor<f32, [n]>; columns: Tensor<f32, [m]> } {
  return { rows: sum(x, 1), columns: sum(x, 0) };
}
