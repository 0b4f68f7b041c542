import { map, type Dim, type f64, type Tensor } from "@strata/kernel";

/** 1 − x²/2 + x⁴/24 − x⁶/720 by Horner's rule: the cosine near zero. */
export function polynomial<n extends Dim>(x: Tensor<f64, [n]>): Tensor<f64, [n]> {
  return map(x, (v) => {
    const s = v * v;
    return 1 + s * (-1 / 2 + s * (1 / 24 + s * (-1 / 720)));
  });
}
