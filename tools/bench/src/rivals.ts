/**
 * Hand-written typed-array loops, as one writes them in TypeScript today: contiguous accesses,
 * hoisted row offsets, no allocation inside.
 */

export function saxpy(a: number, x: Float32Array, y: Float32Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = a * x[i]! + y[i]!;
}

export function heat(
  u: Float32Array,
  alpha: number,
  n: number,
  m: number,
  out: Float32Array,
): void {
  for (let i = 0; i < n; i++) {
    const row = i * m;
    const above = Math.max(i - 1, 0) * m;
    const below = Math.min(i + 1, n - 1) * m;
    for (let j = 0; j < m; j++) {
      const c = u[row + j]!;
      const left = u[row + (j > 0 ? j - 1 : 0)]!;
      const right = u[row + (j < m - 1 ? j + 1 : j)]!;
      out[row + j] = c + alpha * (u[above + j]! + u[below + j]! + left + right - 4 * c);
    }
  }
}

const weights = [1, 4, 6, 4, 1].flatMap((a) => [1, 4, 6, 4, 1].map((b) => (a * b) / 256));

export function gaussian(u: Float32Array, h: number, w: number, out: Float32Array): void {
  const k = Float32Array.from(weights);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      let sum = 0;
      if (i >= 2 && i < h - 2 && j >= 2 && j < w - 2) {
        for (let di = 0; di < 5; di++) {
          const row = (i + di - 2) * w + j - 2;
          const kr = di * 5;
          sum +=
            k[kr]! * u[row]! +
            k[kr + 1]! * u[row + 1]! +
            k[kr + 2]! * u[row + 2]! +
            k[kr + 3]! * u[row + 3]! +
            k[kr + 4]! * u[row + 4]!;
        }
      } else {
        for (let di = -2; di <= 2; di++) {
          const r = Math.min(Math.max(i + di, 0), h - 1) * w;
          for (let dj = -2; dj <= 2; dj++) {
            sum += k[(di + 2) * 5 + dj + 2]! * u[r + Math.min(Math.max(j + dj, 0), w - 1)]!;
          }
        }
      }
      out[i * w + j] = sum;
    }
  }
}

export function matmul(a: Float32Array, b: Float32Array, n: number, out: Float32Array): void {
  out.fill(0);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const x = a[i * n + k]!;
      for (let j = 0; j < n; j++) out[i * n + j]! += x * b[k * n + j]!;
    }
  }
}

export function mandelbrot(h: number, w: number, limit: number, out: Int32Array): void {
  for (let r = 0; r < h; r++) {
    for (let c = 0; c < w; c++) {
      const cx = 3 * (c / w) - 2;
      const cy = 2.4 * (r / h) - 1.2;
      let [x, y, steps] = [0, 0, 0];
      while (steps < limit && x * x + y * y <= 4) {
        const next = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = next;
        steps++;
      }
      out[r * w + c] = steps;
    }
  }
}

export function sum(x: Float32Array): number {
  let s = 0;
  for (let i = 0; i < x.length; i++) s += x[i]!;
  return s;
}
