import { stencil, zero, type Dim, type f32, type f64, type Tensor } from "@strata/kernel";

/** One Jacobi sweep for the Poisson equation in the plane, zero outside. */
export function jacobi2d<n extends Dim, m extends Dim>(
  u: Tensor<f32, [n, m]>,
  f: Tensor<f32, [n, m]>,
): Tensor<f32, [n, m]> {
  return stencil(
    [u, f],
    zero,
    (c, load) => 0.25 * (c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1) + load(0, 0)),
  );
}

/** One Jacobi sweep in space, zero outside. */
export function jacobi3d<l extends Dim, n extends Dim, m extends Dim>(
  u: Tensor<f64, [l, n, m]>,
  f: Tensor<f64, [l, n, m]>,
): Tensor<f64, [l, n, m]> {
  return stencil([u, f], zero, (c, load) => {
    const around = c(-1, 0, 0) + c(1, 0, 0) + c(0, -1, 0) + c(0, 1, 0) + c(0, 0, -1) + c(0, 0, 1);
    return (around + load(0, 0, 0)) / 6;
  });
}
