import { build, f32, u8, type Dim, type Tensor } from "@strata/kernel";

/** The brightness of an RGB picture (weights of ITU-R BT.601), rounded. */
export function luma<h extends Dim, w extends Dim>(
  picture: Tensor<u8, [h, w, 3]>,
): Tensor<u8, [h, w]> {
  return build([picture.shape[0], picture.shape[1]], (i, j) => {
    const red = 0.299 * f32(picture.at(i, j, 0));
    const green = 0.587 * f32(picture.at(i, j, 1));
    const blue = 0.114 * f32(picture.at(i, j, 2));
    return u8(red + green + blue + 0.5);
  });
}
