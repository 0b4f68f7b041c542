import { build, f64, i32, idiv, type Dim, type Tensor } from "@strata/kernel";

/** The discrete Fourier transform of 2 ** stages points: radix 2, sorting itself (Stockham). */
export function fft<n extends Dim>(
  re: Tensor<f64, [n]>,
  im: Tensor<f64, [n]>,
  stages: i32,
): { real: Tensor<f64, [n]>; imaginary: Tensor<f64, [n]> } {
  const count = i32(re.shape[0]);
  const half = idiv(count, 2);
  let [x, y] = [re, im];
  let m = 1;
  for (let s = 0; s < stages; s++) {
    const [a, b, width] = [x, y, m];
    x = build([re.shape[0]], (o) => {
      const j = idiv(i32(o), 2 * width);
      const k = i32(o) % width;
      const from = k + j * width;
      if (i32(o) % (2 * width) < width) return a.at(from) + a.at(from + half);
      const angle = (-2 * Math.PI * f64(j * width)) / f64(count);
      const [p, q] = [a.at(from) - a.at(from + half), b.at(from) - b.at(from + half)];
      return p * Math.cos(angle) - q * Math.sin(angle);
    });
    y = build([re.shape[0]], (o) => {
      const j = idiv(i32(o), 2 * width);
      const k = i32(o) % width;
      const from = k + j * width;
      if (i32(o) % (2 * width) < width) return b.at(from) + b.at(from + half);
      const angle = (-2 * Math.PI * f64(j * width)) / f64(count);
      const [p, q] = [a.at(from) - a.at(from + half), b.at(from) - b.at(from + half)];
      return p * Math.sin(angle) + q * Math.cos(angle);
    });
    m = 2 * width;
  }
  return { real: x, imaginary: y };
}
