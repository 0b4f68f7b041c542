export function rowArgmax(x: Float32Array, n: number, m: number): Int32Array {
  const result = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      if (result[i] === -1 || x[i * m + j]! > x[i * m + result[i]!]!) result[i] = j;
    }
  }
  return result;
}
