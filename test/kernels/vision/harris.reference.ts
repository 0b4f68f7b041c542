const { fround } = Math;

export function harris(
  picture: Float32Array,
  h: number,
  w: number,
  sensitivity: number,
): Float32Array {
  const place = (i: number, j: number): number =>
    Math.min(Math.max(i, 0), h - 1) * w + Math.min(Math.max(j, 0), w - 1);
  const gather = (product: (p: number) => number): Float32Array => {
    const sums = new Float32Array(h * w);
    for (let i = 0; i < h; i++) {
      for (let j = 0; j < w; j++) {
        for (let k = 0; k < 9; k++) {
          sums[i * w + j]! += fround(product(place(i + Math.floor(k / 3) - 1, j + (k % 3) - 1)));
        }
      }
    }
    return sums;
  };
  const dx = new Float32Array(h * w);
  const dy = new Float32Array(h * w);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      dx[i * w + j] = (picture[place(i, j + 1)]! - picture[place(i, j - 1)]!) / 2;
      dy[i * w + j] = (picture[place(i + 1, j)]! - picture[place(i - 1, j)]!) / 2;
    }
  }
  const xx = gather((p) => dx[p]! * dx[p]!);
  const xy = gather((p) => dx[p]! * dy[p]!);
  const yy = gather((p) => dy[p]! * dy[p]!);
  return xx.map((a, p) => {
    const [b, c] = [xy[p]!, yy[p]!];
    const trace = fround(a + c);
    const determinant = fround(fround(a * c) - fround(b * b));
    return fround(determinant - fround(fround(sensitivity * trace) * trace));
  });
}
