import { build, f64, map, max, sum, type Dim, type Tensor } from "@strata/kernel";

/** E step of a mixture of Gaussians with diagonal covariance: who is responsible for each point. */
export function expectation<n extends Dim, k extends Dim, d extends Dim>(
  points: Tensor<f64, [n, d]>,
  weight: Tensor<f64, [k]>,
  center: Tensor<f64, [k, d]>,
  variance: Tensor<f64, [k, d]>,
): { responsibility: Tensor<f64, [n, k]>; likelihood: f64 } {
  const logs = build([points.shape[0], weight.shape[0]], (i, c) => {
    const exponent = sum(points.shape[1], (p) => {
      const away = points.at(i, p) - center.at(c, p);
      return (away * away) / variance.at(c, p) + Math.log(2 * Math.PI * variance.at(c, p));
    });
    return Math.log(weight.at(c)) - 0.5 * exponent;
  });
  const top = max(logs, 1);
  const totals = sum(
    map(logs, (v, i) => Math.exp(v - top.at(i))),
    1,
  );
  const norms = map(totals, (total, i) => top.at(i) + Math.log(total));
  return {
    responsibility: map(logs, (v, i) => Math.exp(v - norms.at(i))),
    likelihood: sum(norms),
  };
}

/** M step: the weights, centers and variances that suit the responsibilities best. */
export function maximization<n extends Dim, k extends Dim, d extends Dim>(
  points: Tensor<f64, [n, d]>,
  responsibility: Tensor<f64, [n, k]>,
): { weight: Tensor<f64, [k]>; center: Tensor<f64, [k, d]>; variance: Tensor<f64, [k, d]> } {
  const n = points.shape[0];
  const mass = sum(responsibility, 0);
  const center = build(
    [responsibility.shape[1], points.shape[1]],
    (c, p) => sum(n, (i) => responsibility.at(i, c) * points.at(i, p)) / mass.at(c),
  );
  const variance = map(
    center,
    (mean, c, p) =>
      sum(n, (i) => {
        const away = points.at(i, p) - mean;
        return responsibility.at(i, c) * away * away;
      }) / mass.at(c),
  );
  return { weight: map(mass, (m) => m / f64(n)), center, variance };
}
