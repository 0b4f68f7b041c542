const { fround } = Math;

export function mandelbrot(height: number, width: number, limit: number): Int32Array {
  const result = new Int32Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const cx = fround(fround(3 * fround(column / width)) - 2);
      const cy = fround(fround(fround(2.4) * fround(row / height)) - fround(1.2));
      let x = 0;
      let y = 0;
      let steps = 0;
      while (steps < limit && fround(fround(x * x) + fround(y * y)) <= 4) {
        const next = fround(fround(fround(x * x) - fround(y * y)) + cx);
        y = fround(fround(fround(2 * x) * y) + cy);
        x = next;
        steps++;
      }
      result[row * width + column] = steps;
    }
  }
  return result;
}
