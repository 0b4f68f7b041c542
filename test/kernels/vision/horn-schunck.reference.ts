export function hornSchunck(
  first: Float32Array,
  second: Float32Array,
  h: number,
  w: number,
  smoothness: number,
  steps: number,
): { u: Float32Array; v: Float32Array } {
  const place = (i: number, j: number): number =>
    Math.min(Math.max(i, 0), h - 1) * w + Math.min(Math.max(j, 0), w - 1);
  const dx = new Float32Array(h * w);
  const dy = new Float32Array(h * w);
  const dt = new Float32Array(h * w);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const p = i * w + j;
      const corners = [place(i, j), place(i, j + 1), place(i + 1, j), place(i + 1, j + 1)] as const;
      const a = corners.map((at) => first[at]!);
      const b = corners.map((at) => second[at]!);
      for (const s of [a, b]) {
        dx[p]! += (s[1]! - s[0]! + s[3]! - s[2]!) / 4;
        dy[p]! += (s[2]! - s[0]! + s[3]! - s[1]!) / 4;
      }
      dt[p] = (b[0]! + b[1]! + b[2]! + b[3]! - a[0]! - a[1]! - a[2]! - a[3]!) / 4;
    }
  }
  const surround = (field: Float32Array, i: number, j: number): number => {
    let total = 0;
    for (let di = -1; di <= 1; di++) {
      for (let dj = -1; dj <= 1; dj++) {
        const away = di * di + dj * dj;
        if (away > 0) total += field[place(i + di, j + dj)]! / (away === 1 ? 6 : 12);
      }
    }
    return total;
  };
  let u = new Float32Array(h * w);
  let v = new Float32Array(h * w);
  for (let step = 0; step < steps; step++) {
    const nextU = new Float32Array(h * w);
    const nextV = new Float32Array(h * w);
    for (let i = 0; i < h; i++) {
      for (let j = 0; j < w; j++) {
        const p = i * w + j;
        const [x, y] = [dx[p]!, dy[p]!];
        const [meanU, meanV] = [surround(u, i, j), surround(v, i, j)];
        const pull = (x * meanU + y * meanV + dt[p]!) / (smoothness ** 2 + x * x + y * y);
        nextU[p] = meanU - x * pull;
        nextV[p] = meanV - y * pull;
      }
    }
    [u, v] = [nextU, nextV];
  }
  return { u, v };
}
