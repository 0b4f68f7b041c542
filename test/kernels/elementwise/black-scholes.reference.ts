/** Abramowitz and Stegun 7.1.26 is too coarse, so the integral is summed by Simpson's rule. */
function normal(x: number): number {
  const steps = 400;
  const h = x / steps;
  let total = 0;
  for (let k = 0; k <= steps; k++) {
    const weight = k === 0 || k === steps ? 1 : k % 2 === 1 ? 4 : 2;
    total += weight * Math.exp((-(k * h) * (k * h)) / 2);
  }
  return 0.5 + (total * h) / 3 / Math.sqrt(2 * Math.PI);
}

export function blackScholes(
  spot: Float32Array,
  strike: Float32Array,
  years: Float32Array,
  rate: number,
  volatility: number,
): { call: Float32Array; put: Float32Array } {
  const call = new Float32Array(spot.length);
  const put = new Float32Array(spot.length);
  for (let i = 0; i < spot.length; i++) {
    const [s, k, t] = [spot[i]!, strike[i]!, years[i]!];
    const spread = volatility * Math.sqrt(t);
    const d1 = (Math.log(s / k) + (rate + volatility ** 2 / 2) * t) / spread;
    const d2 = d1 - spread;
    const discounted = k * Math.exp(-rate * t);
    call[i] = s * normal(d1) - discounted * normal(d2);
    put[i] = discounted * normal(-d2) - s * normal(-d1);
  }
  return { call, put };
}
