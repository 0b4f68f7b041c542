import {
  build,
  f64,
  idiv,
  iterate,
  map,
  stencil,
  zero,
  type Dim,
  type i32,
  type Tensor,
} from "@strata/kernel";

/** Damped Jacobi sweeps for 4u − (neighbours) = f, zero outside. */
function smooth<n extends Dim, m extends Dim>(
  u: Tensor<f64, [n, m]>,
  f: Tensor<f64, [n, m]>,
  sweeps: i32,
): Tensor<f64, [n, m]> {
  return iterate(sweeps, u, (guess) =>
    stencil([guess, f], zero, (c, load) => {
      const around = c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1);
      return 0.2 * c(0, 0) + 0.2 * (around + load(0, 0));
    }),
  );
}

/** What the equation still lacks. */
function residual<n extends Dim, m extends Dim>(
  u: Tensor<f64, [n, m]>,
  f: Tensor<f64, [n, m]>,
): Tensor<f64, [n, m]> {
  return stencil(
    [u, f],
    zero,
    (c, load) => load(0, 0) - (4 * c(0, 0) - c(-1, 0) - c(1, 0) - c(0, -1) - c(0, 1)),
  );
}

/** Sums of 2 × 2 cells: the load of a cell twice as wide. */
function restrict<n extends Dim, m extends Dim>(f: Tensor<f64, [n, m]>): Tensor<f64, [Dim, Dim]> {
  return build(
    [idiv(f.shape[0], 2), idiv(f.shape[1], 2)],
    (i, j) =>
      f.at(2 * i, 2 * j) +
      f.at(2 * i, 2 * j + 1) +
      f.at(2 * i + 1, 2 * j) +
      f.at(2 * i + 1, 2 * j + 1),
  );
}

/** One two-grid cycle for an even number of rows and columns: smooth, correct coarsely, smooth. */
export function twoGrid<n extends Dim, m extends Dim>(
  u: Tensor<f64, [n, m]>,
  f: Tensor<f64, [n, m]>,
  sweeps: i32,
): Tensor<f64, [n, m]> {
  const rough = smooth(u, f, sweeps);
  const lacking = restrict(residual(rough, f));
  const still = map(lacking, () => f64(0));
  const coarse = smooth(still, lacking, 8 * sweeps);
  const corrected = map(rough, (v, i, j) => v + coarse.at(idiv(i, 2), idiv(j, 2)));
  return smooth(corrected, f, sweeps);
}
