import { build, sum, type Dim, type f32, type Tensor } from "@strata/kernel";

/** A · x. */
export function gemv<m extends Dim, n extends Dim>(
  a: Tensor<f32, [m, n]>,
  x: Tensor<f32, [n]>,
): Tensor<f32, [m]> {
  return build([a.shape[0]], (i) => sum(a.shape[1], (p) => a.at(i, p) * x.at(p)));
}

/** Aᵀ · x. */
export function gemvTransposed<m extends Dim, n extends Dim>(
  a: Tensor<f32, [m, n]>,
  x: Tensor<f32, [m]>,
): Tensor<f32, [n]> {
  return build([a.shape[1]], (j) => sum(a.shape[0], (p) => a.at(p, j) * x.at(p)));
}
