export function rbf(x: Float32Array, y: Float32Array, d: number, gamma: number): Float32Array {
  const [m, n] = [x.length / d, y.length / d];
  const result = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let squared = 0;
      for (let p = 0; p < d; p++) {
        const away = x[i * d + p]! - y[j * d + p]!;
        squared += away * away;
      }
      result[i * n + j] = Math.exp(-gamma * squared);
    }
  }
  return result;
}
