export function autocorrelation(signal: Float64Array, lags: number): Float64Array {
  const result = new Float64Array(lags);
  for (let lag = 0; lag < lags; lag++) {
    for (let p = lag; p < signal.length; p++) result[lag]! += signal[p]! * signal[p - lag]!;
  }
  return result;
}
