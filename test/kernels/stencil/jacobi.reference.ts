const { fround } = Math;

export function jacobi2d(u: Float32Array, f: Float32Array, n: number, m: number): Float32Array {
  const result = new Float32Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      const k = i * m + j;
      const north = i > 0 ? u[k - m]! : 0;
      const south = i < n - 1 ? u[k + m]! : 0;
      const west = j > 0 ? u[k - 1]! : 0;
      const east = j < m - 1 ? u[k + 1]! : 0;
      const around = fround(fround(fround(north + south) + west) + east);
      result[k] = 0.25 * fround(around + f[k]!);
    }
  }
  return result;
}

export function jacobi3d(
  u: Float64Array,
  f: Float64Array,
  [l, n, m]: readonly [number, number, number],
): Float64Array {
  const result = new Float64Array(l * n * m);
  for (let i = 0; i < l; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < m; k++) {
        const p = (i * n + j) * m + k;
        let around = (i > 0 ? u[p - n * m]! : 0) + (i < l - 1 ? u[p + n * m]! : 0);
        around += j > 0 ? u[p - m]! : 0;
        around += j < n - 1 ? u[p + m]! : 0;
        around += k > 0 ? u[p - 1]! : 0;
        around += k < m - 1 ? u[p + 1]! : 0;
        result[p] = (around + f[p]!) / 6;
      }
    }
  }
  return result;
}
