const { fround } = Math;

export function orientation(patch: Float32Array, h: number, w: number): Float32Array {
  const total = new Float64Array(8);
  const at = (i: number, j: number): number =>
    patch[Math.min(Math.max(i, 0), h - 1) * w + Math.min(Math.max(j, 0), w - 1)]!;
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const x = fround(at(i, j + 1) - at(i, j - 1));
      const y = fround(at(i + 1, j) - at(i - 1, j));
      const octant = (x > 0 ? 1 : 0) + (y > 0 ? 2 : 0) + (Math.abs(x) > Math.abs(y) ? 4 : 0);
      total[octant]! += Math.hypot(x, y);
    }
  }
  return new Float32Array(total);
}
