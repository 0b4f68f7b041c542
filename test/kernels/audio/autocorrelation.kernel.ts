import { build, sum, type Dim, type f64, type i32, type Tensor } from "@strata/kernel";

/** Σ x(p) · x(p + lag) for the lags 0 … lags − 1. */
export function autocorrelation<n extends Dim>(
  signal: Tensor<f64, [n]>,
  lags: i32,
): Tensor<f64, [Dim]> {
  return build([lags], (lag) =>
    sum(signal.shape[0] - lag, (p) => signal.at(p) * signal.at(p + lag)),
  );
}
