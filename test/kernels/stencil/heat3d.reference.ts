const { fround } = Math;

export function heat3d(
  u: Float32Array,
  [l, n, m]: readonly [number, number, number],
  alpha: number,
  steps: number,
): Float32Array {
  let block = u;
  const at = (i: number, j: number, k: number): number =>
    i < 0 || i >= l || j < 0 || j >= n || k < 0 || k >= m ? 0 : block[(i * n + j) * m + k]!;
  for (let step = 0; step < steps; step++) {
    const next = new Float32Array(l * n * m);
    for (let i = 0; i < l; i++) {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < m; k++) {
          let around = fround(at(i - 1, j, k) + at(i + 1, j, k));
          around = fround(around + at(i, j - 1, k));
          around = fround(around + at(i, j + 1, k));
          around = fround(around + at(i, j, k - 1));
          around = fround(around + at(i, j, k + 1));
          const center = at(i, j, k);
          const flow = fround(alpha * fround(around - fround(6 * center)));
          next[(i * n + j) * m + k] = center + flow;
        }
      }
    }
    block = next;
  }
  return block;
}
