export function lucasKanade(
  first: Float64Array,
  second: Float64Array,
  n: number,
  m: number,
): { u: Float64Array; v: Float64Array } {
  const clip = (i: number, most: number): number => Math.min(Math.max(i, 0), most - 1);
  const at = (f: Float64Array, i: number, j: number): number => f[clip(i, n) * m + clip(j, m)]!;
  const field = (f: (i: number, j: number) => number): Float64Array =>
    Float64Array.from({ length: n * m }, (_, k) => f(Math.floor(k / m), k % m));
  const dx = field((i, j) => (at(first, i, j + 1) - at(first, i, j - 1)) / 2);
  const dy = field((i, j) => (at(first, i + 1, j) - at(first, i - 1, j)) / 2);
  const dt = field((i, j) => at(second, i, j) - at(first, i, j));
  const window = (a: Float64Array, b: Float64Array): Float64Array =>
    field((i, j) => {
      let total = 0;
      for (let di = -2; di <= 2; di++) {
        for (let dj = -2; dj <= 2; dj++) {
          total += at(a, i + di, j + dj) * at(b, i + di, j + dj);
        }
      }
      return total;
    });
  const [xx, xy, yy] = [window(dx, dx), window(dx, dy), window(dy, dy)];
  const [xt, yt] = [window(dx, dt), window(dy, dt)];
  const solve = (k: number, top: number): number => {
    const det = xx[k]! * yy[k]! - xy[k]! * xy[k]!;
    return det > 1e-6 ? top / det : 0;
  };
  const u = Float64Array.from(xx, (_, k) => solve(k, xy[k]! * yt[k]! - yy[k]! * xt[k]!));
  const v = Float64Array.from(xx, (_, k) => solve(k, xy[k]! * xt[k]! - xx[k]! * yt[k]!));
  return { u, v };
}
