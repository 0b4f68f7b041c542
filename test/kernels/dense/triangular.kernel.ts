import { build, map, sum, type Dim, type f64, type Tensor } from "@strata/kernel";

/** Solves L · x = b for a lower triangular L, column by column. */
export function solveLower<n extends Dim>(
  l: Tensor<f64, [n, n]>,
  b: Tensor<f64, [n]>,
): Tensor<f64, [n]> {
  let x = b;
  for (let k = 0; k < l.shape[0]; k++) {
    const rest = x;
    x = map(rest, (v, i) => {
      if (i < k) return v;
      const pivot = rest.at(k) / l.at(k, k);
      return i === k ? pivot : v - l.at(i, k) * pivot;
    });
  }
  return x;
}

/** The lower triangular L with L · Lᵀ = a, for a symmetric positive definite a. */
export function cholesky<n extends Dim>(a: Tensor<f64, [n, n]>): Tensor<f64, [n, n]> {
  let l = map(a, (v, i, j) => (j > i ? 0 : v));
  for (let k = 0; k < a.shape[0]; k++) {
    const rest = l;
    l = map(rest, (v, i, j) => {
      if (j < k || i < k || j > i) return v;
      const root = Math.sqrt(rest.at(k, k));
      if (j === k) return i === k ? root : v / root;
      return v - (rest.at(i, k) / root) * (rest.at(j, k) / root);
    });
  }
  return l;
}

/** Aᵀ · B. */
export function matmulTransposed<k extends Dim, m extends Dim, n extends Dim>(
  a: Tensor<f64, [k, m]>,
  b: Tensor<f64, [k, n]>,
): Tensor<f64, [m, n]> {
  return build([a.shape[1], b.shape[1]], (i, j) => sum(a.shape[0], (p) => a.at(p, i) * b.at(p, j)));
}
