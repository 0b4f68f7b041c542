export function solveLower(l: Float64Array, b: Float64Array, n: number): Float64Array {
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) x[i]! -= l[i * n + j]! * x[j]!;
    x[i]! /= l[i * n + i]!;
  }
  return x;
}

export function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = a[i * n + j]!;
      for (let k = 0; k < j; k++) s -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = i === j ? Math.sqrt(s) : s / l[j * n + j]!;
    }
  }
  return l;
}

export function matmulTransposed(
  a: Float64Array,
  b: Float64Array,
  [k, m, n]: readonly [number, number, number],
): Float64Array {
  const c = new Float64Array(m * n);
  for (let p = 0; p < k; p++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) c[i * n + j]! += a[p * m + i]! * b[p * n + j]!;
    }
  }
  return c;
}
