import { build, min, type Dim, type i32, type Tensor } from "@strata/kernel";

/** The product in the tropical semiring: the shortest way in two legs, a then b. */
export function minPlus<m extends Dim, k extends Dim, n extends Dim>(
  a: Tensor<i32, [m, k]>,
  b: Tensor<i32, [k, n]>,
): Tensor<i32, [m, n]> {
  return build([a.shape[0], b.shape[1]], (i, j) => min(a.shape[1], (p) => a.at(i, p) + b.at(p, j)));
}
