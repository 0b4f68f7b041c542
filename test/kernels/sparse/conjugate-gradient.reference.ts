function inner(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

export function conjugateGradient(
  start: Int32Array,
  columns: Int32Array,
  values: Float64Array,
  b: Float64Array,
  steps: number,
): { x: Float64Array; residual: number } {
  const n = b.length;
  const x = new Float64Array(n);
  const r = b.slice();
  const p = b.slice();
  const ap = new Float64Array(n);
  for (let step = 0; step < steps; step++) {
    for (let row = 0; row < n; row++) {
      ap[row] = 0;
      for (let q = start[row]!; q < start[row + 1]!; q++) ap[row]! += values[q]! * p[columns[q]!]!;
    }
    const before = inner(r, r);
    const length = before / inner(p, ap);
    for (let i = 0; i < n; i++) {
      x[i]! += length * p[i]!;
      r[i]! -= length * ap[i]!;
    }
    const turn = inner(r, r) / before;
    for (let i = 0; i < n; i++) p[i] = r[i]! + turn * p[i]!;
  }
  return { x, residual: Math.sqrt(inner(r, r)) };
}
