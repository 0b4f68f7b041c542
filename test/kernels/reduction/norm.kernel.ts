import { dot, type Dim, type f32, type Tensor } from "@strata/kernel";

/** The inner product of two vectors. */
export function inner<n extends Dim>(a: Tensor<f32, [n]>, b: Tensor<f32, [n]>): f32 {
  return dot(a, b);
}

/** The Euclidean length of a vector. */
export function norm<n extends Dim>(x: Tensor<f32, [n]>): f32 {
  return Math.sqrt(dot(x, x));
}
