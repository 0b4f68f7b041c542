import { build, f32, type Dim, type i32, type Tensor } from "@strata/kernel";

/** How many steps of z → z² + c stay within the disc of radius 2, for c over −2…1 × −1.2…1.2. */
export function mandelbrot(height: i32, width: i32, limit: i32): Tensor<i32, [Dim, Dim]> {
  return build([height, width], (row, column) => {
    const cx = 3 * (f32(column) / f32(width)) - 2;
    const cy = 2.4 * (f32(row) / f32(height)) - 1.2;
    let x: f32 = 0;
    let y: f32 = 0;
    let steps: i32 = 0;
    while (steps < limit && x * x + y * y <= 4) {
      const next = x * x - y * y + cx;
      y = 2 * x * y + cy;
      x = next;
      steps++;
    }
    return steps;
  });
}
