const { fround } = Math;

export function heatStep(u: Float32Array, n: number, m: number, alpha: number): Float32Array {
  const result = new Float32Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      const center = u[i * m + j]!;
      const north = u[Math.max(i - 1, 0) * m + j]!;
      const south = u[Math.min(i + 1, n - 1) * m + j]!;
      const west = u[i * m + Math.max(j - 1, 0)]!;
      const east = u[i * m + Math.min(j + 1, m - 1)]!;
      const around = fround(fround(fround(north + south) + west) + east);
      result[i * m + j] = center + fround(alpha * fround(around - fround(4 * center)));
    }
  }
  return result;
}

export function heat(
  u: Float32Array,
  n: number,
  m: number,
  alpha: number,
  steps: number,
): Float32Array {
  let plate = u;
  for (let step = 0; step < steps; step++) plate = heatStep(plate, n, m, alpha);
  return plate;
}
