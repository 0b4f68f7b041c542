import { clamp, stencil, zip, type Dim, type f32, type Tensor } from "@strata/kernel";

/** Adds to an n × m picture with k channels `amount` times what a 3 × 3 blur takes away from it. */
export function sharpen<n extends Dim, m extends Dim, k extends Dim>(
  picture: Tensor<f32, [n, m, k]>,
  amount: f32,
): Tensor<f32, [n, m, k]> {
  const blurred = stencil(
    picture,
    clamp,
    (c) =>
      0.25 * c(0, 0, 0) +
      0.125 * (c(-1, 0, 0) + c(1, 0, 0) + c(0, -1, 0) + c(0, 1, 0)) +
      0.0625 * (c(-1, -1, 0) + c(-1, 1, 0) + c(1, -1, 0) + c(1, 1, 0)),
  );
  return zip(picture, blurred, (x, b) => Math.min(Math.max(x + amount * (x - b), 0), 1));
}
