import { zip, type Dim, type f32, type Tensor } from "@strata/kernel";

/** a · x + y. */
export function saxpy<n extends Dim>(
  a: f32,
  x: Tensor<f32, [n]>,
  y: Tensor<f32, [n]>,
): Tensor<f32, [n]> {
  return zip(x, y, (u, v) => a * u + v);
}
