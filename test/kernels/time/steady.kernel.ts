import {
  copy,
  iterateUntil,
  max,
  stencil,
  zip,
  type Dim,
  type f64,
  type i32,
  type Tensor,
} from "@strata/kernel";

/** The plate once no point changes by `tolerance` in a step, or after `most` steps. */
export function steady<n extends Dim, m extends Dim>(
  u: Tensor<f64, [n, m]>,
  tolerance: f64,
  most: i32,
): Tensor<f64, [n, m]> {
  return iterateUntil(
    u,
    (plate) => stencil(plate, copy, (c) => 0.25 * (c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1))),
    (before, after) => max(zip(before, after, (a, b) => Math.abs(a - b))) < tolerance,
    most,
  );
}
