export function total(x: Float32Array): number {
  let result = 0;
  for (const v of x) result += v;
  return Math.fround(result);
}

export function margins(
  x: Float32Array,
  n: number,
  m: number,
): { rows: Float32Array; columns: Float32Array } {
  const rows = new Float64Array(n);
  const columns = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      rows[i]! += x[i * m + j]!;
      columns[j]! += x[i * m + j]!;
    }
  }
  return { rows: new Float32Array(rows), columns: new Float32Array(columns) };
}
