function mirrored(i: number, n: number): number {
  if (n === 1) return 0;
  let p = i;
  while (p < 0 || p >= n) p = p < 0 ? -p : 2 * (n - 1) - p;
  return p;
}

export function bilateral(
  picture: Float32Array,
  h: number,
  w: number,
  distance: number,
  contrast: number,
): Float32Array {
  const result = new Float32Array(h * w);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      let total = 0;
      let weights = 0;
      for (let di = -2; di <= 2; di++) {
        for (let dj = -2; dj <= 2; dj++) {
          const value = picture[mirrored(i + di, h) * w + mirrored(j + dj, w)]!;
          const near = Math.exp(-(di * di + dj * dj) / (2 * distance ** 2));
          const alike = Math.exp(-((value - picture[i * w + j]!) ** 2) / (2 * contrast ** 2));
          total += near * alike * value;
          weights += near * alike;
        }
      }
      result[i * w + j] = total / weights;
    }
  }
  return result;
}
