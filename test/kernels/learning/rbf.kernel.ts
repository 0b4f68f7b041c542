import { build, sum, type Dim, type f32, type Tensor } from "@strata/kernel";

/** The kernel matrix of a support vector machine: exp(−gamma · |x − y|²) for all pairs of rows. */
export function rbf<m extends Dim, n extends Dim, d extends Dim>(
  x: Tensor<f32, [m, d]>,
  y: Tensor<f32, [n, d]>,
  gamma: f32,
): Tensor<f32, [m, n]> {
  return build([x.shape[0], y.shape[0]], (i, j) => {
    const squared = sum(x.shape[1], (p) => (x.at(i, p) - y.at(j, p)) ** 2);
    return Math.exp(-gamma * squared);
  });
}
