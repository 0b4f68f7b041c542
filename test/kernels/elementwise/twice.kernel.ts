import { map, type Dim, type f64, type Tensor } from "@strata/kernel";

/** Twice every element. */
export function twice<n extends Dim>(x: Tensor<f64, [n]>): Tensor<f64, [n]> {
  return map(x, (v) => 2 * v);
}
