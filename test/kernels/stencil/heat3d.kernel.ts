import { iterate, stencil, zero, type Dim, type f32, type i32, type Tensor } from "@strata/kernel";

/** The heat equation in a block whose surface is kept at zero. */
export function heat3d<l extends Dim, n extends Dim, m extends Dim>(
  u: Tensor<f32, [l, n, m]>,
  alpha: f32,
  steps: i32,
): Tensor<f32, [l, n, m]> {
  return iterate(steps, u, (block) =>
    stencil(block, zero, (c) => {
      const around = c(-1, 0, 0) + c(1, 0, 0) + c(0, -1, 0) + c(0, 1, 0) + c(0, 0, -1) + c(0, 0, 1);
      return c(0, 0, 0) + alpha * (around - 6 * c(0, 0, 0));
    }),
  );
}
