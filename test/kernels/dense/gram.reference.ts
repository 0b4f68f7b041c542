export function gram(a: Float64Array, m: number, k: number): Float64Array {
  const result = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let total = 0;
      for (let p = 0; p < k; p++) total += a[i * k + p]! * a[j * k + p]!;
      result[i * m + j] = total;
      result[j * m + i] = total;
    }
  }
  return result;
}
