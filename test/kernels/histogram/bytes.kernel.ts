import { histogram, i32, type Dim, type Tensor, type u8 } from "@strata/kernel";

/** How often each grey level occurs in a picture. */
export function bytes<h extends Dim, w extends Dim>(
  picture: Tensor<u8, [h, w]>,
): Tensor<i32, [256]> {
  return histogram(picture, 256, (level) => i32(level));
}
