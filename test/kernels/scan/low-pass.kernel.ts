import { scan, type Dim, type f32, type Tensor } from "@strata/kernel";

/** A recursive filter of first order, y ← y + share · (x − y), run along every channel. */
export function lowPass<n extends Dim, channels extends Dim>(
  x: Tensor<f32, [n, channels]>,
  share: f32,
): Tensor<f32, [n, channels]> {
  return scan(x, 0, (y, v) => y + share * (v - y), { axis: 0 });
}
