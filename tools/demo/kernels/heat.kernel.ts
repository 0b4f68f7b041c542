import { clamp, iterate, stencil, type Dim, type f32, type i32, type Tensor } from "@strata/kernel";

/** Lets the light of an n × m picture spread like heat, for a number of steps. */
export function heat<n extends Dim, m extends Dim>(
  picture: Tensor<f32, [n, m]>,
  alpha: f32,
  steps: i32,
): Tensor<f32, [n, m]> {
  return iterate(steps, picture, (u) =>
    stencil(
      u,
      clamp,
      (c) => c(0, 0) + alpha * (c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1) - 4 * c(0, 0)),
    ),
  );
}
