import { clamp, stencil, type Dim, type f32, type Tensor } from "@strata/kernel";

/** A 5 × 5 Gaussian blur of an n × m picture with k channels: columns first, then rows. */
export function blur<n extends Dim, m extends Dim, k extends Dim>(
  picture: Tensor<f32, [n, m, k]>,
): Tensor<f32, [n, m, k]> {
  const columns = stencil(
    picture,
    clamp,
    (c) => (c(-2, 0, 0) + 4 * c(-1, 0, 0) + 6 * c(0, 0, 0) + 4 * c(1, 0, 0) + c(2, 0, 0)) * 0.0625,
  );
  return stencil(
    columns,
    clamp,
    (c) => (c(0, -2, 0) + 4 * c(0, -1, 0) + 6 * c(0, 0, 0) + 4 * c(0, 1, 0) + c(0, 2, 0)) * 0.0625,
  );
}
