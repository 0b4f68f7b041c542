import { build, sum, type Dim, type f64, type Tensor } from "@strata/kernel";

/** A · Aᵀ: the inner products of all pairs of rows. */
export function gram<m extends Dim, k extends Dim>(a: Tensor<f64, [m, k]>): Tensor<f64, [m, m]> {
  return build([a.shape[0], a.shape[0]], (i, j) => sum(a.shape[1], (p) => a.at(i, p) * a.at(j, p)));
}
