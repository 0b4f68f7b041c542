import { build, sum, type Dim, type f32, type Tensor } from "@strata/kernel";

/** A finite impulse response filter, where all taps meet the signal. */
export function fir<n extends Dim, t extends Dim>(
  signal: Tensor<f32, [n]>,
  taps: Tensor<f32, [t]>,
): Tensor<f32, [Dim]> {
  const last = taps.shape[0] - 1;
  return build([signal.shape[0] - last], (i) =>
    sum(taps.shape[0], (p) => taps.at(p) * signal.at(i + last - p)),
  );
}
