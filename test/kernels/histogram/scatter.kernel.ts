import { scatter, type Dim, type f64, type i32, type Tensor } from "@strata/kernel";

/** Rows added up at the places that they are meant for; others are left out. */
export function addRows<n extends Dim, m extends Dim, k extends Dim>(
  target: Tensor<f64, [n, m]>,
  places: Tensor<i32, [k]>,
  rows: Tensor<f64, [k, m]>,
): Tensor<f64, [n, m]> {
  return scatter(target, places, rows, (old, x) => old + x);
}

/** The inverse of a permutation. */
export function inverse<n extends Dim>(
  order: Tensor<i32, [n]>,
  ranks: Tensor<i32, [n]>,
): Tensor<i32, [n]> {
  return scatter(order, order, ranks);
}
