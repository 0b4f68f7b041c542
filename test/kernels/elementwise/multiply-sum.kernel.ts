import { zip, type Dim, type f32, type Tensor } from "@strata/kernel";

/** A ∘ (B + C), element by element. */
export function multiplySum<n extends Dim, m extends Dim>(
  a: Tensor<f32, [n, m]>,
  b: Tensor<f32, [n, m]>,
  c: Tensor<f32, [n, m]>,
): Tensor<f32, [n, m]> {
  return zip(a, b, c, (x, y, z) => x * (y + z));
}
