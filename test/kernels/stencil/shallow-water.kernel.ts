import { iterate, stencil, wrap, type Dim, type f64, type i32, type Tensor } from "@strata/kernel";

/** Momentum carried along itself, and pressure: the flux of momentum. */
function pressed(depth: f64, momentum: f64, gravity: f64): f64 {
  return (momentum * momentum) / depth + 0.5 * gravity * depth * depth;
}

/** The shallow-water equations on a torus, by the scheme of Lax and Friedrichs; λ = Δt / Δx. */
export function shallowWater<n extends Dim, m extends Dim>(
  depth: Tensor<f64, [n, m]>,
  east: Tensor<f64, [n, m]>,
  north: Tensor<f64, [n, m]>,
  lambda: f64,
  gravity: f64,
  steps: i32,
): { h: Tensor<f64, [n, m]>; u: Tensor<f64, [n, m]>; v: Tensor<f64, [n, m]> } {
  const [h, u, v] = iterate(steps, [depth, east, north], (p, q, r) => {
    const nextDepth = stencil([p, q, r], wrap, (a, b, c) => {
      const mean = 0.25 * (a(0, -1) + a(0, 1) + a(-1, 0) + a(1, 0));
      return mean - 0.5 * lambda * (b(0, 1) - b(0, -1) + c(1, 0) - c(-1, 0));
    });
    const nextEast = stencil([p, q, r], wrap, (a, b, c) => {
      const mean = 0.25 * (b(0, -1) + b(0, 1) + b(-1, 0) + b(1, 0));
      const along = pressed(a(0, 1), b(0, 1), gravity) - pressed(a(0, -1), b(0, -1), gravity);
      const across = (b(1, 0) * c(1, 0)) / a(1, 0) - (b(-1, 0) * c(-1, 0)) / a(-1, 0);
      return mean - 0.5 * lambda * (along + across);
    });
    const nextNorth = stencil([p, q, r], wrap, (a, b, c) => {
      const mean = 0.25 * (c(0, -1) + c(0, 1) + c(-1, 0) + c(1, 0));
      const along = pressed(a(1, 0), c(1, 0), gravity) - pressed(a(-1, 0), c(-1, 0), gravity);
      const across = (b(0, 1) * c(0, 1)) / a(0, 1) - (b(0, -1) * c(0, -1)) / a(0, -1);
      return mean - 0.5 * lambda * (along + across);
    });
    return [nextDepth, nextEast, nextNorth];
  });
  return { h, u, v };
}
