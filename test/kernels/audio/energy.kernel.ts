import { build, idiv, sum, type Dim, type f32, type i32, type Tensor } from "@strata/kernel";

/** The energy under a sliding window that moves by `hop` samples. */
export function energy<n extends Dim, k extends Dim>(
  signal: Tensor<f32, [n]>,
  window: Tensor<f32, [k]>,
  hop: i32,
): Tensor<f32, [Dim]> {
  const frames = idiv(signal.shape[0] - window.shape[0], hop) + 1;
  return build([frames], (frame) =>
    sum(window.shape[0], (p) => {
      const sample = window.at(p) * signal.at(frame * hop + p);
      return sample * sample;
    }),
  );
}
