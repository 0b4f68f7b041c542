import { clamp, histogram, i32, stencil, type Dim, type f32, type Tensor } from "@strata/kernel";

/** How much gradient points into each of the eight octants: a descriptor of a patch. */
export function orientation<h extends Dim, w extends Dim>(
  patch: Tensor<f32, [h, w]>,
): Tensor<f32, [8]> {
  const dx = stencil(patch, clamp, (c) => c(0, 1) - c(0, -1));
  const dy = stencil(patch, clamp, (c) => c(1, 0) - c(-1, 0));
  return histogram(
    [dx, dy],
    8,
    (x, y) => i32(x > 0) + 2 * i32(y > 0) + 4 * i32(Math.abs(x) > Math.abs(y)),
    (x, y) => Math.sqrt(x * x + y * y),
  );
}
