export function runningMax(x: Float32Array, n: number, m: number): Float32Array {
  const result = new Float32Array(n * m);
  for (let i = 0; i < n; i++) {
    let top = -Infinity;
    for (let j = 0; j < m; j++) {
      if (x[i * m + j]! > top) top = x[i * m + j]!;
      result[i * m + j] = top;
    }
  }
  return result;
}
