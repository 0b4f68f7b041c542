import { iterate, stencil, u8, wrap, type Dim, type i32, type Tensor } from "@strata/kernel";

/** Conway's game of life on a torus; cells are 1 where alive. */
export function life<n extends Dim, m extends Dim>(
  cells: Tensor<u8, [n, m]>,
  generations: i32,
): Tensor<u8, [n, m]> {
  return iterate(generations, cells, (now) =>
    stencil(now, wrap, (c) => {
      const above = c(-1, -1) + c(-1, 0) + c(-1, 1);
      const below = c(1, -1) + c(1, 0) + c(1, 1);
      const neighbors = above + c(0, -1) + c(0, 1) + below;
      return u8(neighbors === 3 || (neighbors === 2 && c(0, 0) === 1));
    }),
  );
}
