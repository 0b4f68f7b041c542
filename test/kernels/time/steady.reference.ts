export function steady(
  u: Float64Array,
  n: number,
  m: number,
  tolerance: number,
  most: number,
): Float64Array {
  let plate = u;
  for (let step = 0; step < most; step++) {
    const next = plate.slice();
    let change = -Infinity;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        const p = i * m + j;
        if (i > 0 && i < n - 1 && j > 0 && j < m - 1) {
          next[p] = 0.25 * (plate[p - m]! + plate[p + m]! + plate[p - 1]! + plate[p + 1]!);
        }
        change = Math.max(change, Math.abs(plate[p]! - next[p]!));
      }
    }
    plate = next;
    if (change < tolerance) break;
  }
  return plate;
}
