export function sweep(
  u: Float64Array,
  f: Float64Array,
  [n, m]: readonly [number, number],
  sweeps: number,
): Float64Array {
  const v = u.slice();
  const at = (i: number, j: number): number =>
    i < 0 || i >= n || j < 0 || j >= m ? 0 : v[i * m + j]!;
  for (let s = 0; s < sweeps; s++) {
    for (const colour of [0, 1]) {
      for (let i = 0; i < n; i++) {
        for (let j = (i + colour) % 2; j < m; j += 2) {
          const around = at(i - 1, j) + at(i + 1, j) + at(i, j - 1) + at(i, j + 1);
          v[i * m + j] = (around - f[i * m + j]!) / 4;
        }
      }
    }
  }
  return v;
}
