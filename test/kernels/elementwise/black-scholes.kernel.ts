import { erf, zip, type Dim, type f32, type Tensor } from "@strata/kernel";

/** The standard normal distribution function. */
function normal(x: f32): f32 {
  return 0.5 + 0.5 * erf(x / Math.SQRT2);
}

/** Prices of European calls and puts at an interest rate and a volatility per year. */
export function blackScholes<n extends Dim>(
  spot: Tensor<f32, [n]>,
  strike: Tensor<f32, [n]>,
  years: Tensor<f32, [n]>,
  rate: f32,
  volatility: f32,
): { call: Tensor<f32, [n]>; put: Tensor<f32, [n]> } {
  const call = zip(spot, strike, years, (s, k, t) => {
    const spread = volatility * Math.sqrt(t);
    const d = (Math.log(s / k) + (rate + 0.5 * volatility * volatility) * t) / spread;
    return s * normal(d) - k * Math.exp(-rate * t) * normal(d - spread);
  });
  // Call and put differ by the value of a forward.
  const put = zip(call, spot, strike, years, (c, s, k, t) => c - s + k * Math.exp(-rate * t));
  return { call, put };
}
