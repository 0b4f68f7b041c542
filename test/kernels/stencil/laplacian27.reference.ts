const { fround } = Math;
const WEIGHTS = [-128, 14, 3, 1];

export function laplacian27(
  u: Float32Array,
  [l, n, m]: readonly [number, number, number],
): Float32Array {
  const result = new Float32Array(l * n * m);
  for (let p = 0; p < result.length; p++) {
    const [i, j, k] = [Math.floor(p / (n * m)), Math.floor(p / m) % n, p % m];
    let total = 0;
    for (let q = 0; q < 27; q++) {
      const [di, dj, dk] = [Math.floor(q / 9) - 1, (Math.floor(q / 3) % 3) - 1, (q % 3) - 1];
      const value = u[(((i + di + l) % l) * n + ((j + dj + n) % n)) * m + ((k + dk + m) % m)]!;
      total = fround(total + fround(WEIGHTS[di * di + dj * dj + dk * dk]! * value));
    }
    result[p] = total / 30;
  }
  return result;
}
