import { map, mean, type Dim, type f64, type Tensor } from "@strata/kernel";

/** The mean and the variance (of the population) in two passes. */
export function meanVariance<n extends Dim>(x: Tensor<f64, [n]>): { center: f64; variance: f64 } {
  const center = mean(x);
  const variance = mean(map(x, (v) => (v - center) * (v - center)));
  return { center, variance };
}
