import { clamp, stencil, zip, type Dim, type f32, type Tensor } from "@strata/kernel";

/** Sharpens a picture of 0 … 1 by adding what a 3 × 3 blur takes away. */
export function unsharp<h extends Dim, w extends Dim>(
  picture: Tensor<f32, [h, w]>,
  amount: f32,
): Tensor<f32, [h, w]> {
  const blurred = stencil(picture, clamp, (c) => {
    const diagonal = c(-1, -1) + c(-1, 1) + c(1, -1) + c(1, 1);
    const cross = c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1);
    return (diagonal + 2 * cross + 4 * c(0, 0)) / 16;
  });
  return zip(picture, blurred, (x, b) => Math.min(Math.max(x + amount * (x - b), 0), 1));
}
