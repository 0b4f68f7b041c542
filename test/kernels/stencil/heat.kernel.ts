import { clamp, iterate, stencil, type Dim, type f32, type i32, type Tensor } from "@strata/kernel";

/** One explicit step of the heat equation on an n × m plate with insulated edges. */
export function heatStep<n extends Dim, m extends Dim>(
  u: Tensor<f32, [n, m]>,
  alpha: f32,
): Tensor<f32, [n, m]> {
  return stencil(
    u,
    clamp,
    (c) => c(0, 0) + alpha * (c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1) - 4 * c(0, 0)),
  );
}

/** The plate after a number of steps; stable for alpha up to ¼. */
export function heat<n extends Dim, m extends Dim>(
  u: Tensor<f32, [n, m]>,
  alpha: f32,
  steps: i32,
): Tensor<f32, [n, m]> {
  return iterate(steps, u, (plate) => heatStep(plate, alpha));
}
