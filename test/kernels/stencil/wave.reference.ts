const { fround } = Math;

export function wave(
  now: Float32Array,
  before: Float32Array,
  n: number,
  m: number,
  courant: number,
  steps: number,
): { now: Float32Array; before: Float32Array } {
  let [height, old] = [now, before];
  const squared = fround(courant * courant);
  for (let step = 0; step < steps; step++) {
    const next = new Float32Array(n * m);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        const p = i * m + j;
        const north = i > 0 ? height[p - m]! : 0;
        const south = i < n - 1 ? height[p + m]! : 0;
        const west = j > 0 ? height[p - 1]! : 0;
        const east = j < m - 1 ? height[p + 1]! : 0;
        const around = fround(fround(fround(north + south) + west) + east);
        const bend = fround(around - fround(4 * height[p]!));
        next[p] = fround(fround(2 * height[p]!) - old[p]!) + fround(squared * bend);
      }
    }
    [height, old] = [next, height];
  }
  return { now: height, before: old };
}
