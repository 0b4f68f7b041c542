export function gemv(a: Float32Array, x: Float32Array, m: number, n: number): Float32Array {
  const result = new Float32Array(m);
  for (let i = 0; i < m; i++) {
    let total = 0;
    for (let j = 0; j < n; j++) total += a[i * n + j]! * x[j]!;
    result[i] = total;
  }
  return result;
}

export function gemvTransposed(
  a: Float32Array,
  x: Float32Array,
  m: number,
  n: number,
): Float32Array {
  const total = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) total[j]! += a[i * n + j]! * x[i]!;
  }
  return new Float32Array(total);
}
