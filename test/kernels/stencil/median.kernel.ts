import { reflect, stencil, type Dim, type Tensor, type u8 } from "@strata/kernel";

function lowest(a: u8, b: u8, c: u8): u8 {
  return Math.min(a, Math.min(b, c));
}

function middle(a: u8, b: u8, c: u8): u8 {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function highest(a: u8, b: u8, c: u8): u8 {
  return Math.max(a, Math.max(b, c));
}

/**
 * The median of 3 × 3 neighbours, without sorting: it is the middle one of the highest low, the
 * middle middle and the lowest high of the three rows.
 */
export function median<h extends Dim, w extends Dim>(
  picture: Tensor<u8, [h, w]>,
): Tensor<u8, [h, w]> {
  return stencil(picture, reflect, (c) => {
    const lows = highest(
      lowest(c(-1, -1), c(-1, 0), c(-1, 1)),
      lowest(c(0, -1), c(0, 0), c(0, 1)),
      lowest(c(1, -1), c(1, 0), c(1, 1)),
    );
    const middles = middle(
      middle(c(-1, -1), c(-1, 0), c(-1, 1)),
      middle(c(0, -1), c(0, 0), c(0, 1)),
      middle(c(1, -1), c(1, 0), c(1, 1)),
    );
    const highs = lowest(
      highest(c(-1, -1), c(-1, 0), c(-1, 1)),
      highest(c(0, -1), c(0, 0), c(0, 1)),
      highest(c(1, -1), c(1, 0), c(1, 1)),
    );
    return middle(lows, middles, highs);
  });
}
