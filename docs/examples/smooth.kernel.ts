import { clamp, stencil, type Dim, type f32, type Tensor } from "@strata/kernel";

/** A signal smoothed by the weights ¼, ½, ¼. */
export function smooth<n extends Dim>(u: Tensor<f32, [n]>): Tensor<f32, [n]> {
  return stencil(u, clamp, (c) => 0.25 * c(-1) + 0.5 * c(0) + 0.25 * c(1));
}
