import {
  build,
  dot,
  f64,
  iterate,
  map,
  zip,
  type Dim,
  type i32,
  type Tensor,
} from "@strata/kernel";

/** A · x for compressed rows. */
function multiply<rows extends Dim, entries extends Dim, n extends Dim>(
  start: Tensor<i32, [rows]>,
  columns: Tensor<i32, [entries]>,
  values: Tensor<f64, [entries]>,
  x: Tensor<f64, [n]>,
): Tensor<f64, [n]> {
  return build([x.shape[0]], (row) => {
    let total: f64 = 0;
    for (let p = start.at(row); p < start.at(row + 1); p++) {
      total += values.at(p) * x.at(columns.at(p));
    }
    return total;
  });
}

/** Steps of the conjugate gradient method for A · x = b; A is symmetric and positive definite. */
export function conjugateGradient<rows extends Dim, entries extends Dim, n extends Dim>(
  start: Tensor<i32, [rows]>,
  columns: Tensor<i32, [entries]>,
  values: Tensor<f64, [entries]>,
  b: Tensor<f64, [n]>,
  steps: i32,
): { x: Tensor<f64, [n]>; residual: f64 } {
  const origin = map(b, () => f64(0));
  const [x, rest] = iterate(steps, [origin, b, b], (guess, r, p) => {
    const ap = multiply(start, columns, values, p);
    const before = dot(r, r);
    const length = before / dot(p, ap);
    const next = zip(r, ap, (u, v) => u - length * v);
    const turn = dot(next, next) / before;
    return [zip(guess, p, (u, v) => u + length * v), next, zip(next, p, (u, v) => u + turn * v)];
  });
  return { x, residual: Math.sqrt(dot(rest, rest)) };
}
