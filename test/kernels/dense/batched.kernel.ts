import { build, sum, type Dim, type f32, type Tensor } from "@strata/kernel";

/** One matrix product per member of a batch. */
export function batched<b extends Dim, m extends Dim, k extends Dim, n extends Dim>(
  left: Tensor<f32, [b, m, k]>,
  right: Tensor<f32, [b, k, n]>,
): Tensor<f32, [b, m, n]> {
  return build([left.shape[0], left.shape[1], right.shape[2]], (q, i, j) =>
    sum(left.shape[2], (p) => left.at(q, i, p) * right.at(q, p, j)),
  );
}
