import { iterate, stencil, zero, type Dim, type f64, type i32, type Tensor } from "@strata/kernel";

/** Gauss–Seidel sweeps of the Poisson equation: one colour of a chessboard, then the other. */
export function sweep<n extends Dim, m extends Dim>(
  u: Tensor<f64, [n, m]>,
  f: Tensor<f64, [n, m]>,
  sweeps: i32,
): Tensor<f64, [n, m]> {
  return iterate(sweeps, u, (v) => {
    const even = stencil(
      [v, f],
      zero,
      (c, g) => (c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1) - g(0, 0)) / 4,
      { parity: 0 },
    );
    return stencil(
      [even, f],
      zero,
      (c, g) => (c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1) - g(0, 0)) / 4,
      { parity: 1 },
    );
  });
}
