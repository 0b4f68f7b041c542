const { fround } = Math;

export function sobel(picture: Float32Array, h: number, w: number): Float32Array {
  const at = (i: number, j: number): number =>
    picture[Math.min(Math.max(i, 0), h - 1) * w + Math.min(Math.max(j, 0), w - 1)]!;
  const mask = (a: number, b: number, c: number): number => fround(fround(a + fround(2 * b)) + c);
  const result = new Float32Array(h * w);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const right = mask(at(i - 1, j + 1), at(i, j + 1), at(i + 1, j + 1));
      const left = mask(at(i - 1, j - 1), at(i, j - 1), at(i + 1, j - 1));
      const below = mask(at(i + 1, j - 1), at(i + 1, j), at(i + 1, j + 1));
      const above = mask(at(i - 1, j - 1), at(i - 1, j), at(i - 1, j + 1));
      const dx = fround(right - left);
      const dy = fround(below - above);
      result[i * w + j] = Math.sqrt(fround(fround(dx * dx) + fround(dy * dy)));
    }
  }
  return result;
}
