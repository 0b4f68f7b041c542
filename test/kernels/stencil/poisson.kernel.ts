import { copy, iterate, stencil, type Dim, type f64, type i32, type Tensor } from "@strata/kernel";

/**
 * Jacobi sweeps for −∇·(k ∇u) = f where the conductivity k varies from point to point; u keeps its
 * values on the edge.
 */
export function poisson<n extends Dim, m extends Dim>(
  u: Tensor<f64, [n, m]>,
  k: Tensor<f64, [n, m]>,
  f: Tensor<f64, [n, m]>,
  sweeps: i32,
): Tensor<f64, [n, m]> {
  return iterate(sweeps, u, (guess) =>
    stencil([guess, k, f], copy, (c, conductivity, load) => {
      const here = conductivity(0, 0);
      const north = 0.5 * (here + conductivity(-1, 0));
      const south = 0.5 * (here + conductivity(1, 0));
      const west = 0.5 * (here + conductivity(0, -1));
      const east = 0.5 * (here + conductivity(0, 1));
      const inflow = north * c(-1, 0) + south * c(1, 0) + west * c(0, -1) + east * c(0, 1);
      return (inflow + load(0, 0)) / (north + south + west + east);
    }),
  );
}
