export function fir(signal: Float32Array, taps: Float32Array): Float32Array {
  const result = new Float32Array(signal.length - taps.length + 1);
  const reversed = taps.toReversed();
  for (let i = 0; i < result.length; i++) {
    let total = 0;
    for (let p = 0; p < reversed.length; p++) total += reversed[p]! * signal[i + p]!;
    result[i] = total;
  }
  return result;
}
