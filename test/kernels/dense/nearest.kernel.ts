import { argmin, build, min, sum, type Dim, type f32, type i32, type Tensor } from "@strata/kernel";

/** For every query the nearest point, and the square of its distance. */
export function nearest<q extends Dim, n extends Dim, d extends Dim>(
  queries: Tensor<f32, [q, d]>,
  points: Tensor<f32, [n, d]>,
): { which: Tensor<i32, [q]>; squared: Tensor<f32, [q]> } {
  const distances = build([queries.shape[0], points.shape[0]], (i, j) =>
    sum(queries.shape[1], (p) => {
      const away = queries.at(i, p) - points.at(j, p);
      return away * away;
    }),
  );
  return { which: argmin(distances, 1), squared: min(distances, 1) };
}
