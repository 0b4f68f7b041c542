export function minPlus(a: Int32Array, b: Int32Array, m: number, k: number, n: number): Int32Array {
  const result = new Int32Array(m * n).fill(2 ** 31 - 1);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      for (let j = 0; j < n; j++) {
        const way = (a[i * k + p]! + b[p * n + j]!) | 0;
        if (way < result[i * n + j]!) result[i * n + j] = way;
      }
    }
  }
  return result;
}
