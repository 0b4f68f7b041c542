const { fround } = Math;

export function unsharp(picture: Float32Array, h: number, w: number, amount: number): Float32Array {
  const at = (i: number, j: number): number =>
    picture[Math.min(Math.max(i, 0), h - 1) * w + Math.min(Math.max(j, 0), w - 1)]!;
  const sum4 = (a: number, b: number, c: number, d: number): number =>
    fround(fround(fround(a + b) + c) + d);
  const result = new Float32Array(h * w);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const x = at(i, j);
      const diagonal = sum4(at(i - 1, j - 1), at(i - 1, j + 1), at(i + 1, j - 1), at(i + 1, j + 1));
      const cross = sum4(at(i - 1, j), at(i + 1, j), at(i, j - 1), at(i, j + 1));
      const blurred = fround(fround(diagonal + fround(2 * cross)) + fround(4 * x)) / 16;
      const sharp = fround(x + fround(amount * fround(x - blurred)));
      result[i * w + j] = Math.min(Math.max(sharp, 0), 1);
    }
  }
  return result;
}
