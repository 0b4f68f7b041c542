import { iterate, stencil, zero, type Dim, type f32, type i32, type Tensor } from "@strata/kernel";

/** A membrane held at its rim: the wave equation, of second order in time. */
export function wave<n extends Dim, m extends Dim>(
  now: Tensor<f32, [n, m]>,
  before: Tensor<f32, [n, m]>,
  courant: f32,
  steps: i32,
): { now: Tensor<f32, [n, m]>; before: Tensor<f32, [n, m]> } {
  const [last, previous] = iterate(steps, [now, before], (height, old) => [
    stencil([height, old], zero, (c, past) => {
      const bend = c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1) - 4 * c(0, 0);
      return 2 * c(0, 0) - past(0, 0) + courant * courant * bend;
    }),
    height,
  ]);
  return { now: last, before: previous };
}
