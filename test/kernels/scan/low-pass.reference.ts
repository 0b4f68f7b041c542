const { fround } = Math;

export function lowPass(x: Float32Array, n: number, channels: number, share: number): Float32Array {
  const result = new Float32Array(n * channels);
  for (let c = 0; c < channels; c++) {
    let y = 0;
    for (let i = 0; i < n; i++) {
      y = fround(y + fround(share * fround(x[i * channels + c]! - y)));
      result[i * channels + c] = y;
    }
  }
  return result;
}
