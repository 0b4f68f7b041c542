import { clamp, stencil, zip, type Dim, type f32, type Tensor } from "@strata/kernel";

/** The sum over 3 × 3 neighbours. */
function gather<h extends Dim, w extends Dim>(x: Tensor<f32, [h, w]>): Tensor<f32, [h, w]> {
  return stencil(
    x,
    clamp,
    (c) =>
      c(-1, -1) + c(-1, 0) + c(-1, 1) + c(0, -1) + c(0, 0) + c(0, 1) + c(1, -1) + c(1, 0) + c(1, 1),
  );
}

/** Harris' response: large at corners, negative along edges. */
export function harris<h extends Dim, w extends Dim>(
  picture: Tensor<f32, [h, w]>,
  sensitivity: f32,
): Tensor<f32, [h, w]> {
  const dx = stencil(picture, clamp, (c) => 0.5 * (c(0, 1) - c(0, -1)));
  const dy = stencil(picture, clamp, (c) => 0.5 * (c(1, 0) - c(-1, 0)));
  const xx = gather(zip(dx, dx, (a, b) => a * b));
  const xy = gather(zip(dx, dy, (a, b) => a * b));
  const yy = gather(zip(dy, dy, (a, b) => a * b));
  return zip(xx, xy, yy, (a, b, c) => a * c - b * b - sensitivity * (a + c) * (a + c));
}
