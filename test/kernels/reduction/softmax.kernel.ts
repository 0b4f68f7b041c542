import { map, max, sum, type Dim, type f32, type Tensor } from "@strata/kernel";

/** Every row as probabilities: exp(x) / Σ exp(x). */
export function softmax<n extends Dim, m extends Dim>(x: Tensor<f32, [n, m]>): Tensor<f32, [n, m]> {
  const top = max(x, 1);
  const powers = map(x, (v, i) => Math.exp(v - top.at(i)));
  const totals = sum(powers, 1);
  return map(powers, (p, i) => p / totals.at(i));
}
