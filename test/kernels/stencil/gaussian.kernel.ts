import { clamp, stencil, type Dim, type f32, type Tensor } from "@strata/kernel";

/** A 5 × 5 Gaussian blur of a grey picture: the outer product of 1 4 6 4 1, over 256. */
export function gaussian<h extends Dim, w extends Dim>(
  picture: Tensor<f32, [h, w]>,
): Tensor<f32, [h, w]> {
  return stencil(picture, clamp, (c) => {
    const corners = c(-2, -2) + c(-2, 2) + c(2, -2) + c(2, 2);
    const beside =
      c(-2, -1) + c(-2, 1) + c(-1, -2) + c(-1, 2) + c(1, -2) + c(1, 2) + c(2, -1) + c(2, 1);
    const ends = c(-2, 0) + c(2, 0) + c(0, -2) + c(0, 2);
    const diagonal = c(-1, -1) + c(-1, 1) + c(1, -1) + c(1, 1);
    const cross = c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1);
    return (corners + 4 * beside + 6 * ends + 16 * diagonal + 24 * cross + 36 * c(0, 0)) / 256;
  });
}

/** The same blur, first along the rows and then along the columns. */
export function gaussianSeparable<h extends Dim, w extends Dim>(
  picture: Tensor<f32, [h, w]>,
): Tensor<f32, [h, w]> {
  const rows = stencil(
    picture,
    clamp,
    (c) => (c(0, -2) + 4 * c(0, -1) + 6 * c(0, 0) + 4 * c(0, 1) + c(0, 2)) / 16,
  );
  return stencil(
    rows,
    clamp,
    (c) => (c(-2, 0) + 4 * c(-1, 0) + 6 * c(0, 0) + 4 * c(1, 0) + c(2, 0)) / 16,
  );
}

/** The same blur of each channel of a colour picture. */
export function gaussianColor<h extends Dim, w extends Dim>(
  picture: Tensor<f32, [h, w, 3]>,
): Tensor<f32, [h, w, 3]> {
  const rows = stencil(
    picture,
    clamp,
    (c) => (c(0, -2, 0) + 4 * c(0, -1, 0) + 6 * c(0, 0, 0) + 4 * c(0, 1, 0) + c(0, 2, 0)) / 16,
  );
  return stencil(
    rows,
    clamp,
    (c) => (c(-2, 0, 0) + 4 * c(-1, 0, 0) + 6 * c(0, 0, 0) + 4 * c(1, 0, 0) + c(2, 0, 0)) / 16,
  );
}
