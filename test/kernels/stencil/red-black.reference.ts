export function redBlack(
  u: Float64Array,
  f: Float64Array,
  n: number,
  m: number,
  sweeps: number,
): Float64Array {
  const guess = u.slice();
  for (let half = 0; half < 2 * sweeps; half++) {
    for (let i = 1; i < n - 1; i++) {
      for (let j = 1; j < m - 1; j++) {
        const p = i * m + j;
        if ((i + j) % 2 !== half % 2) continue;
        // In place: the neighbours have the other colour.
        const around = guess[p - m]! + guess[p + m]! + guess[p - 1]! + guess[p + 1]!;
        guess[p] = 0.25 * (around + f[p]!);
      }
    }
  }
  return guess;
}
