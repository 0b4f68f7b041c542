function mirrored(i: number, n: number): number {
  if (n === 1) return 0;
  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

export function median(picture: Uint8Array, h: number, w: number): Uint8Array {
  const result = new Uint8Array(h * w);
  const around = new Uint8Array(9);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      for (let k = 0; k < 9; k++) {
        const row = mirrored(i + Math.floor(k / 3) - 1, h);
        around[k] = picture[row * w + mirrored(j + (k % 3) - 1, w)]!;
      }
      result[i * w + j] = around.sort()[4]!;
    }
  }
  return result;
}
