import { build, f32, sum, type bf16, type Dim, type i32, type Tensor } from "@strata/kernel";

/** A · B. */
export function matmul<m extends Dim, k extends Dim, n extends Dim>(
  a: Tensor<f32, [m, k]>,
  b: Tensor<f32, [k, n]>,
): Tensor<f32, [m, n]> {
  return build([a.shape[0], b.shape[1]], (i, j) => sum(a.shape[1], (p) => a.at(i, p) * b.at(p, j)));
}

/** A · B of integers, wrapping. */
export function matmulInteger<m extends Dim, k extends Dim, n extends Dim>(
  a: Tensor<i32, [m, k]>,
  b: Tensor<i32, [k, n]>,
): Tensor<i32, [m, n]> {
  return build([a.shape[0], b.shape[1]], (i, j) =>
    sum(a.shape[1], (p) => Math.imul(a.at(i, p), b.at(p, j))),
  );
}

/** A · B of narrow floats, with products and sums in f32. */
export function matmulNarrow<m extends Dim, k extends Dim, n extends Dim>(
  a: Tensor<bf16, [m, k]>,
  b: Tensor<bf16, [k, n]>,
): Tensor<f32, [m, n]> {
  return build([a.shape[0], b.shape[1]], (i, j) =>
    sum(a.shape[1], (p) => f32(a.at(i, p)) * f32(b.at(p, j))),
  );
}
