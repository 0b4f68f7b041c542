export function softmax(x: Float32Array, n: number, m: number): Float32Array {
  const result = new Float32Array(n * m);
  for (let i = 0; i < n; i++) {
    const row = x.subarray(i * m, (i + 1) * m);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    let total = 0;
    for (const v of row) total += Math.exp(v - top);
    for (let j = 0; j < m; j++) result[i * m + j] = Math.exp(row[j]! - top) / total;
  }
  return result;
}
