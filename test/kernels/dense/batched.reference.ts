export function batched(
  left: Float32Array,
  right: Float32Array,
  [b, m, k, n]: readonly [number, number, number, number],
): Float32Array {
  const result = new Float32Array(b * m * n);
  for (let q = 0; q < b; q++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let p = 0; p < k; p++) {
          total += left[(q * m + i) * k + p]! * right[(q * k + p) * n + j]!;
        }
        result[(q * m + i) * n + j] = total;
      }
    }
  }
  return result;
}
