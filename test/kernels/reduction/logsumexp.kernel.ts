import { map, max, sum, type Dim, type f32, type Tensor } from "@strata/kernel";

/** log Σ exp(x), shifted by the greatest element so that nothing overflows. */
export function logsumexp<n extends Dim>(x: Tensor<f32, [n]>): f32 {
  const top = max(x);
  return top + Math.log(sum(map(x, (v) => Math.exp(v - top))));
}
