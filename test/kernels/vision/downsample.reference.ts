const { fround } = Math;

export function downsample(picture: Float32Array, h: number, w: number): Float32Array {
  const [rows, columns] = [Math.floor(h / 2), Math.floor(w / 2)];
  const result = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const p = 2 * i * w + 2 * j;
      const above = fround(picture[p]! + picture[p + 1]!);
      const below = fround(picture[p + w]! + picture[p + w + 1]!);
      result[i * columns + j] = 0.25 * fround(above + below);
    }
  }
  return result;
}
