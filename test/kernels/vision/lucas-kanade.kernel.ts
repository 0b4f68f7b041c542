import { clamp, map, stencil, zip, type Dim, type f64, type Tensor } from "@strata/kernel";

/** The sum over the 5 × 5 neighbourhood of each point. */
function windowSum<n extends Dim, m extends Dim>(t: Tensor<f64, [n, m]>): Tensor<f64, [n, m]> {
  return stencil(t, clamp, (c) => {
    let total = 0.0;
    for (let di = -2; di <= 2; di++) {
      for (let dj = -2; dj <= 2; dj++) total += c(di, dj);
    }
    return total;
  });
}

/** The motion between two pictures, by least squares in the neighbourhood of each point. */
export function lucasKanade<n extends Dim, m extends Dim>(
  first: Tensor<f64, [n, m]>,
  second: Tensor<f64, [n, m]>,
): { u: Tensor<f64, [n, m]>; v: Tensor<f64, [n, m]> } {
  const dx = stencil(first, clamp, (c) => (c(0, 1) - c(0, -1)) / 2);
  const dy = stencil(first, clamp, (c) => (c(1, 0) - c(-1, 0)) / 2);
  const dt = zip(first, second, (a, b) => b - a);
  const xx = windowSum(map(dx, (x) => x * x));
  const xy = windowSum(zip(dx, dy, (x, y) => x * y));
  const yy = windowSum(map(dy, (y) => y * y));
  const xt = windowSum(zip(dx, dt, (x, t) => x * t));
  const yt = windowSum(zip(dy, dt, (y, t) => y * t));
  const u = zip(xx, xy, yy, xt, yt, (a, b, c, d, e) => {
    const det = a * c - b * b;
    return det > 1e-6 ? (b * e - c * d) / det : 0;
  });
  const v = zip(xx, xy, yy, xt, yt, (a, b, c, d, e) => {
    const det = a * c - b * b;
    return det > 1e-6 ? (b * d - a * e) / det : 0;
  });
  return { u, v };
}
