export function segmentedSum(x: Float32Array, start: Int32Array): Float32Array {
  const result = new Float32Array(start.length - 1);
  for (let run = 0; run < result.length; run++) {
    let total = 0;
    for (let p = start[run]!; p < start[run + 1]!; p++) total = Math.fround(total + x[p]!);
    result[run] = total;
  }
  return result;
}
