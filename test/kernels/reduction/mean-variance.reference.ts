/** Welford's recurrence: one pass, and a different rounding from the two passes. */
export function meanVariance(x: Float64Array): { center: number; variance: number } {
  let center = 0;
  let squares = 0;
  for (let k = 0; k < x.length; k++) {
    const before = x[k]! - center;
    center += before / (k + 1);
    squares += before * (x[k]! - center);
  }
  return x.length === 0 ? { center: NaN, variance: NaN } : { center, variance: squares / x.length };
}
