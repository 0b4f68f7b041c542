import { build, idiv, type Dim, type f32, type Tensor } from "@strata/kernel";

/** The next level of a pyramid: means of 2 × 2 pixels; an odd last row or column is left out. */
export function downsample<h extends Dim, w extends Dim>(
  picture: Tensor<f32, [h, w]>,
): Tensor<f32, [Dim, Dim]> {
  return build([idiv(picture.shape[0], 2), idiv(picture.shape[1], 2)], (i, j) => {
    const above = picture.at(2 * i, 2 * j) + picture.at(2 * i, 2 * j + 1);
    const below = picture.at(2 * i + 1, 2 * j) + picture.at(2 * i + 1, 2 * j + 1);
    return 0.25 * (above + below);
  });
}
