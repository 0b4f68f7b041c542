import { copy, iterate, stencil, type Dim, type f64, type i32, type Tensor } from "@strata/kernel";

/** Relaxes the points of one colour of a chessboard; the others, and the edge, stay. */
function relax<n extends Dim, m extends Dim>(
  u: Tensor<f64, [n, m]>,
  f: Tensor<f64, [n, m]>,
  color: i32,
): Tensor<f64, [n, m]> {
  return stencil([u, f], copy, (c, load, i, j) =>
    (i + j) % 2 === color ? 0.25 * (c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1) + load(0, 0)) : c(0, 0),
  );
}

/** Gauss–Seidel sweeps for the Poisson equation in red-black order. */
export function redBlack<n extends Dim, m extends Dim>(
  u: Tensor<f64, [n, m]>,
  f: Tensor<f64, [n, m]>,
  sweeps: i32,
): Tensor<f64, [n, m]> {
  return iterate(sweeps, u, (guess) => relax(relax(guess, f, 0), f, 1));
}
