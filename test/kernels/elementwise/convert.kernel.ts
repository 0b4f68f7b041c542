import { bf16, f16, f32, i16, map, u8, zip, type Dim, type Tensor } from "@strata/kernel";

/** A picture of 0 … 1 as bytes, rounded, with what lies outside cut off. */
export function toBytes<h extends Dim, w extends Dim>(x: Tensor<f32, [h, w]>): Tensor<u8, [h, w]> {
  return map(x, (v) => u8(Math.min(Math.max(255 * v + 0.5, 0), 255)));
}

/** Bytes as numbers from 0 to 1. */
export function fromBytes<h extends Dim, w extends Dim>(
  x: Tensor<u8, [h, w]>,
): Tensor<f32, [h, w]> {
  return map(x, (v) => f32(v) / 255);
}

/** Narrow floats and integers of the same numbers, and how far the narrowest are off. */
export function narrow<n extends Dim>(
  x: Tensor<f32, [n]>,
): {
  half: Tensor<f16, [n]>;
  brain: Tensor<bf16, [n]>;
  whole: Tensor<i16, [n]>;
  loss: Tensor<f32, [n]>;
} {
  const half = map(x, (v) => f16(v));
  const brain = map(x, (v) => bf16(v));
  const whole = map(x, (v) => i16(v));
  const loss = zip(x, half, brain, (v, h, b) =>
    Math.max(Math.abs(v - f32(h)), Math.abs(v - f32(b))),
  );
  return { half, brain, whole, loss };
}
