const { fround } = Math;

function between(a: number, b: number, share: number): number {
  return fround(a + fround(share * fround(b - a)));
}

export function warp(
  picture: Float32Array,
  down: Float32Array,
  right: Float32Array,
  h: number,
  w: number,
): Float32Array {
  const result = new Float32Array(h * w);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const p = i * w + j;
      const y = Math.min(Math.max(fround(i + down[p]!), 0), h - 1);
      const x = Math.min(Math.max(fround(j + right[p]!), 0), w - 1);
      const [i0, j0] = [Math.floor(y), Math.floor(x)];
      const [i1, j1] = [Math.min(i0 + 1, h - 1), Math.min(j0 + 1, w - 1)];
      const across = fround(x - j0);
      const upper = between(picture[i0 * w + j0]!, picture[i0 * w + j1]!, across);
      const lower = between(picture[i1 * w + j0]!, picture[i1 * w + j1]!, across);
      result[p] = between(upper, lower, fround(y - i0));
    }
  }
  return result;
}
