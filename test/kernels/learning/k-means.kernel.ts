import {
  argmin,
  build,
  f32,
  histogram,
  map,
  sum,
  type Dim,
  type i32,
  type Tensor,
} from "@strata/kernel";

/** The nearest center of every point. */
export function assign<n extends Dim, k extends Dim, d extends Dim>(
  points: Tensor<f32, [n, d]>,
  centers: Tensor<f32, [k, d]>,
): Tensor<i32, [n]> {
  const distances = build([points.shape[0], centers.shape[0]], (i, c) =>
    sum(points.shape[1], (p) => {
      const away = points.at(i, p) - centers.at(c, p);
      return away * away;
    }),
  );
  return argmin(distances, 1);
}

/** One step of k-means: every center moves to the mean of its points, or stays if it has none. */
export function kMeansStep<n extends Dim, k extends Dim, d extends Dim>(
  points: Tensor<f32, [n, d]>,
  centers: Tensor<f32, [k, d]>,
): { labels: Tensor<i32, [n]>; moved: Tensor<f32, [k, d]> } {
  const labels = assign(points, centers);
  const counts = histogram(labels, centers.shape[0], (label) => label);
  const moved = map(centers, (old, c, axis) => {
    const total = sum(points.shape[0], (i) => (labels.at(i) === c ? points.at(i, axis) : 0));
    return counts.at(c) > 0 ? total / f32(counts.at(c)) : old;
  });
  return { labels, moved };
}
