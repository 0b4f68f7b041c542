import { clamp, stencil, type Dim, type f32, type Tensor } from "@strata/kernel";

/** How steep a picture is at every point, by Sobel's 3 × 3 masks. */
export function sobel<h extends Dim, w extends Dim>(
  picture: Tensor<f32, [h, w]>,
): Tensor<f32, [h, w]> {
  return stencil(picture, clamp, (c) => {
    const right = c(-1, 1) + 2 * c(0, 1) + c(1, 1);
    const left = c(-1, -1) + 2 * c(0, -1) + c(1, -1);
    const below = c(1, -1) + 2 * c(1, 0) + c(1, 1);
    const above = c(-1, -1) + 2 * c(-1, 0) + c(-1, 1);
    const dx = right - left;
    const dy = below - above;
    return Math.sqrt(dx * dx + dy * dy);
  });
}
