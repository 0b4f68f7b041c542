import {
  clamp,
  f32,
  iterate,
  map,
  stencil,
  zip,
  type Dim,
  type i32,
  type Tensor,
} from "@strata/kernel";

/** The weighted mean of the eight neighbours of every point. */
function surround<h extends Dim, w extends Dim>(u: Tensor<f32, [h, w]>): Tensor<f32, [h, w]> {
  return stencil(u, clamp, (c) => {
    const near = c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1);
    const far = c(-1, -1) + c(-1, 1) + c(1, -1) + c(1, 1);
    return near / 6 + far / 12;
  });
}

/**
 * Optical flow after Horn and Schunck: the field (u, v), in columns and rows, that carries the
 * first picture into the second; the larger `smoothness`, the smoother.
 */
export function hornSchunck<h extends Dim, w extends Dim>(
  first: Tensor<f32, [h, w]>,
  second: Tensor<f32, [h, w]>,
  smoothness: f32,
  steps: i32,
): { u: Tensor<f32, [h, w]>; v: Tensor<f32, [h, w]> } {
  const dx = stencil([first, second], clamp, (a, b) => {
    const before = a(0, 1) - a(0, 0) + (a(1, 1) - a(1, 0));
    const after = b(0, 1) - b(0, 0) + (b(1, 1) - b(1, 0));
    return 0.25 * (before + after);
  });
  const dy = stencil([first, second], clamp, (a, b) => {
    const before = a(1, 0) - a(0, 0) + (a(1, 1) - a(0, 1));
    const after = b(1, 0) - b(0, 0) + (b(1, 1) - b(0, 1));
    return 0.25 * (before + after);
  });
  const dt = stencil([first, second], clamp, (a, b) => {
    const before = a(0, 0) + a(0, 1) + a(1, 0) + a(1, 1);
    const after = b(0, 0) + b(0, 1) + b(1, 0) + b(1, 1);
    return 0.25 * (after - before);
  });
  const still = map(first, () => f32(0));
  const [u, v] = iterate(steps, [still, still], (u, v) => {
    const meanU = surround(u);
    const meanV = surround(v);
    const pull = zip(
      dx,
      dy,
      dt,
      meanU,
      meanV,
      (x, y, t, a, b) => (x * a + y * b + t) / (smoothness * smoothness + x * x + y * y),
    );
    return [
      zip(meanU, dx, pull, (a, x, p) => a - x * p),
      zip(meanV, dy, pull, (b, y, p) => b - y * p),
    ];
  });
  return { u, v };
}
