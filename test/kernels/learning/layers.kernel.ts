import { build, idiv, map, max, sum, type Dim, type f32, type Tensor } from "@strata/kernel";

function relu(x: f32): f32 {
  return Math.max(x, 0);
}

/** A convolution layer, with no padding, and its rectifier: channels × rows × columns. */
export function convolution<
  c extends Dim,
  h extends Dim,
  w extends Dim,
  o extends Dim,
  kh extends Dim,
  kw extends Dim,
>(
  input: Tensor<f32, [c, h, w]>,
  weight: Tensor<f32, [o, c, kh, kw]>,
  bias: Tensor<f32, [o]>,
): Tensor<f32, [o, Dim, Dim]> {
  const rows = input.shape[1] - weight.shape[2] + 1;
  const columns = input.shape[2] - weight.shape[3] + 1;
  return build([weight.shape[0], rows, columns], (q, i, j) => {
    const total = sum(weight.shape[1], (p) =>
      sum(weight.shape[2], (di) =>
        sum(weight.shape[3], (dj) => weight.at(q, p, di, dj) * input.at(p, i + di, j + dj)),
      ),
    );
    return relu(total + bias.at(q));
  });
}

/** The greatest of every 2 × 2 values of each channel. */
export function pool<c extends Dim, h extends Dim, w extends Dim>(
  input: Tensor<f32, [c, h, w]>,
): Tensor<f32, [c, Dim, Dim]> {
  const rows = idiv(input.shape[1], 2);
  const columns = idiv(input.shape[2], 2);
  return build([input.shape[0], rows, columns], (q, i, j) =>
    max(2, (di) => max(2, (dj) => input.at(q, 2 * i + di, 2 * j + dj))),
  );
}

/** A fully connected layer with its rectifier. */
export function dense<n extends Dim, m extends Dim>(
  input: Tensor<f32, [n]>,
  weight: Tensor<f32, [m, n]>,
  bias: Tensor<f32, [m]>,
): Tensor<f32, [m]> {
  return map(bias, (b, i) => relu(b + sum(input.shape[0], (p) => weight.at(i, p) * input.at(p))));
}
