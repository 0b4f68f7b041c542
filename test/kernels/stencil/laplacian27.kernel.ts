import { stencil, wrap, type Dim, type f32, type Tensor } from "@strata/kernel";

/** The 27-point Laplacian of a periodic block: faces weigh 14, edges 3, corners 1, all over 30. */
export function laplacian27<l extends Dim, n extends Dim, m extends Dim>(
  u: Tensor<f32, [l, n, m]>,
): Tensor<f32, [l, n, m]> {
  return stencil(u, wrap, (c) => {
    let total: f32 = 0;
    for (let i = -1; i <= 1; i++) {
      for (let j = -1; j <= 1; j++) {
        for (let k = -1; k <= 1; k++) {
          const away = i * i + j * j + k * k;
          const weight: f32 = away === 0 ? -128 : away === 1 ? 14 : away === 2 ? 3 : 1;
          total += weight * c(i, j, k);
        }
      }
    }
    return total / 30;
  });
}
