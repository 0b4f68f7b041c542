import { build, f32, map, max, sum, type Dim, type Tensor } from "@strata/kernel";

/** Scaled dot-product attention: softmax(Q · Kᵀ / √d) · V. */
export function attention<q extends Dim, k extends Dim, d extends Dim, v extends Dim>(
  query: Tensor<f32, [q, d]>,
  key: Tensor<f32, [k, d]>,
  value: Tensor<f32, [k, v]>,
): Tensor<f32, [q, v]> {
  const scale = 1 / Math.sqrt(f32(query.shape[1]));
  const scores = build(
    [query.shape[0], key.shape[0]],
    (i, j) => scale * sum(query.shape[1], (p) => query.at(i, p) * key.at(j, p)),
  );
  const top = max(scores, 1);
  const powers = map(scores, (s, i) => Math.exp(s - top.at(i)));
  const totals = sum(powers, 1);
  return build(
    [query.shape[0], value.shape[1]],
    (i, j) => sum(key.shape[0], (p) => powers.at(i, p) * value.at(p, j)) / totals.at(i),
  );
}
