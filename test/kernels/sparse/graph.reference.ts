export function reachable(
  start: Int32Array,
  targets: Int32Array,
  open: Uint8Array,
  from: Uint8Array,
  steps: number,
): Uint8Array {
  let seen = from;
  for (let s = 0; s < steps; s++) {
    const next = seen.slice();
    for (let v = 0; v + 1 < start.length; v++) {
      for (let k = start[v]!; k < start[v + 1]!; k++) {
        if (open[k] === 1 && seen[targets[k]!] === 1) next[v] = 1;
      }
    }
    seen = next;
  }
  return seen;
}

export function powers(
  start: Int32Array,
  columns: Int32Array,
  values: Float64Array,
  x: Float64Array,
  count: number,
): Float64Array {
  const n = x.length;
  const rows = new Float64Array(count * n);
  for (let s = 0; s < count; s++) {
    for (let i = 0; i < n; i++) {
      if (s === 0) {
        rows[i] = x[i]!;
        continue;
      }
      let acc = 0;
      for (let k = start[i]!; k < start[i + 1]!; k++) {
        acc += values[k]! * rows[(s - 1) * n + columns[k]!]!;
      }
      rows[s * n + i] = acc;
    }
  }
  return rows;
}

export function sparseTimesDense(
  start: Int32Array,
  columns: Int32Array,
  values: Float64Array,
  b: Float64Array,
  m: number,
): Float64Array {
  const rows = start.length - 1;
  const c = new Float64Array(rows * m);
  for (let i = 0; i < rows; i++) {
    for (let k = start[i]!; k < start[i + 1]!; k++) {
      for (let j = 0; j < m; j++) c[i * m + j]! += values[k]! * b[columns[k]! * m + j]!;
    }
  }
  return c;
}
