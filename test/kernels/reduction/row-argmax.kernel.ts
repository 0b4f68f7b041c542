import { argmax, type Dim, type f32, type i32, type Tensor } from "@strata/kernel";

/** The column of the greatest element of every row. */
export function rowArgmax<n extends Dim, m extends Dim>(x: Tensor<f32, [n, m]>): Tensor<i32, [n]> {
  return argmax(x, 1);
}
