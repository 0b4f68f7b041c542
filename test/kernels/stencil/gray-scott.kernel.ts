import { iterate, stencil, wrap, type Dim, type f32, type i32, type Tensor } from "@strata/kernel";

/** Two chemicals that diffuse and react on a torus, and form spots and stripes. */
export function grayScott<n extends Dim, m extends Dim>(
  u: Tensor<f32, [n, m]>,
  v: Tensor<f32, [n, m]>,
  feed: f32,
  kill: f32,
  steps: i32,
): { u: Tensor<f32, [n, m]>; v: Tensor<f32, [n, m]> } {
  const [food, eater] = iterate(steps, [u, v], (a, b) => [
    stencil([a, b], wrap, (c, d) => {
      const spread = c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1) - 4 * c(0, 0);
      const eaten = c(0, 0) * d(0, 0) * d(0, 0);
      return c(0, 0) + (0.16 * spread - eaten + feed * (1 - c(0, 0)));
    }),
    stencil([a, b], wrap, (c, d) => {
      const spread = d(-1, 0) + d(1, 0) + d(0, -1) + d(0, 1) - 4 * d(0, 0);
      const eaten = c(0, 0) * d(0, 0) * d(0, 0);
      return d(0, 0) + (0.08 * spread + eaten - (feed + kill) * d(0, 0));
    }),
  ]);
  return { u: food, v: eater };
}
