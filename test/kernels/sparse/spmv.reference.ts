const { fround } = Math;

export function spmv(
  start: Int32Array,
  columns: Int32Array,
  values: Float32Array,
  x: Float32Array,
): Float32Array {
  const result = new Float32Array(start.length - 1);
  for (let row = 0; row < result.length; row++) {
    for (let p = start[row]!; p < start[row + 1]!; p++) {
      result[row]! += fround(values[p]! * x[columns[p]!]!);
    }
  }
  return result;
}
