export function poisson(
  u: Float64Array,
  k: Float64Array,
  f: Float64Array,
  n: number,
  m: number,
  sweeps: number,
): Float64Array {
  let guess = u;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const next = guess.slice();
    for (let i = 1; i < n - 1; i++) {
      for (let j = 1; j < m - 1; j++) {
        const p = i * m + j;
        const north = (k[p]! + k[p - m]!) / 2;
        const south = (k[p]! + k[p + m]!) / 2;
        const west = (k[p]! + k[p - 1]!) / 2;
        const east = (k[p]! + k[p + 1]!) / 2;
        const inflow =
          north * guess[p - m]! +
          south * guess[p + m]! +
          west * guess[p - 1]! +
          east * guess[p + 1]!;
        next[p] = (inflow + f[p]!) / (north + south + west + east);
      }
    }
    guess = next;
  }
  return guess;
}
