export function convolution(
  input: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  [c, h, w]: readonly [number, number, number],
  [kh, kw]: readonly [number, number],
): Float32Array {
  const [rows, columns] = [h - kh + 1, w - kw + 1];
  const result = new Float32Array(bias.length * rows * columns);
  for (let q = 0; q < bias.length; q++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let total = bias[q]!;
        for (let p = 0; p < c; p++) {
          for (let di = 0; di < kh; di++) {
            for (let dj = 0; dj < kw; dj++) {
              const tap = weight[((q * c + p) * kh + di) * kw + dj]!;
              total += tap * input[(p * h + i + di) * w + j + dj]!;
            }
          }
        }
        result[(q * rows + i) * columns + j] = Math.max(total, 0);
      }
    }
  }
  return result;
}

export function pool(
  input: Float32Array,
  [c, h, w]: readonly [number, number, number],
): Float32Array {
  const [rows, columns] = [Math.floor(h / 2), Math.floor(w / 2)];
  const result = new Float32Array(c * rows * columns);
  for (let q = 0; q < c; q++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const p = (q * h + 2 * i) * w + 2 * j;
        const top = Math.max(input[p]!, input[p + 1]!, input[p + w]!, input[p + w + 1]!);
        result[(q * rows + i) * columns + j] = top;
      }
    }
  }
  return result;
}

export function dense(input: Float32Array, weight: Float32Array, bias: Float32Array): Float32Array {
  const n = input.length;
  return bias.map((b, i) => {
    let total = b;
    for (let p = 0; p < n; p++) total += weight[i * n + p]! * input[p]!;
    return Math.max(total, 0);
  });
}
