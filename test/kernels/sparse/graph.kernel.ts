import {
  iterate,
  map,
  sparseProduct,
  type bool,
  type Dim,
  type f64,
  type i32,
  type Tensor,
} from "@strata/kernel";

/** The vertices that a path of at most `steps` edges reaches: products over "or" and "and". */
export function reachable<r extends Dim, e extends Dim, n extends Dim>(
  start: Tensor<i32, [r]>,
  targets: Tensor<i32, [e]>,
  open: Tensor<bool, [e]>,
  from: Tensor<bool, [n]>,
  steps: i32,
): Tensor<bool, [n]> {
  return iterate(steps, from, (seen) => {
    const next = sparseProduct(
      start,
      targets,
      open,
      seen,
      false,
      (edge, x) => edge && x,
      (acc, y) => acc || y,
    );
    return map(seen, (x, i) => x || next.at(i));
  });
}

/** The rows x, A · x, A² · x …: what a Krylov method starts from. */
export function powers<r extends Dim, e extends Dim, n extends Dim, k extends Dim>(
  start: Tensor<i32, [r]>,
  columns: Tensor<i32, [e]>,
  values: Tensor<f64, [e]>,
  x: Tensor<f64, [n]>,
  basis: Tensor<f64, [k, n]>,
): Tensor<f64, [k, n]> {
  let rows = map(basis, (v, s, i) => (s === 0 ? x.at(i) : v));
  let power = x;
  for (let s = 1; s < basis.shape[0]; s++) {
    const next = sparseProduct(start, columns, values, power);
    const before = rows;
    power = map(power, (_, i) => next.at(i));
    rows = map(before, (v, row, i) => (row === s ? next.at(i) : v));
  }
  return rows;
}

/** A sparse matrix times a dense one. */
export function sparseTimesDense<r extends Dim, e extends Dim, n extends Dim, m extends Dim>(
  start: Tensor<i32, [r]>,
  columns: Tensor<i32, [e]>,
  values: Tensor<f64, [e]>,
  b: Tensor<f64, [n, m]>,
): Tensor<f64, [Dim, m]> {
  return sparseProduct(start, columns, values, b);
}
