/** The sum of the four neighbours of a point, zero outside. */
function around(u: Float64Array, n: number, m: number, i: number, j: number): number {
  const p = i * m + j;
  const north = i > 0 ? u[p - m]! : 0;
  const south = i < n - 1 ? u[p + m]! : 0;
  const west = j > 0 ? u[p - 1]! : 0;
  const east = j < m - 1 ? u[p + 1]! : 0;
  return north + south + west + east;
}

function smooth(
  u: Float64Array,
  f: Float64Array,
  n: number,
  m: number,
  sweeps: number,
): Float64Array {
  let guess = u;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const next = new Float64Array(n * m);
    for (let p = 0; p < n * m; p++) {
      const near = around(guess, n, m, Math.floor(p / m), p % m);
      next[p] = (guess[p]! + near + f[p]!) / 5;
    }
    guess = next;
  }
  return guess;
}

export function twoGrid(
  u: Float64Array,
  f: Float64Array,
  n: number,
  m: number,
  sweeps: number,
): Float64Array {
  const rough = smooth(u, f, n, m, sweeps);
  const [h, w] = [n / 2, m / 2];
  const lacking = new Float64Array(h * w);
  for (let p = 0; p < n * m; p++) {
    const [i, j] = [Math.floor(p / m), p % m];
    const rest = f[p]! - 4 * rough[p]! + around(rough, n, m, i, j);
    lacking[Math.floor(i / 2) * w + Math.floor(j / 2)]! += rest;
  }
  const coarse = smooth(new Float64Array(h * w), lacking, h, w, 8 * sweeps);
  const corrected = rough.map((v, p) => {
    const [i, j] = [Math.floor(p / m), p % m];
    return v + coarse[Math.floor(i / 2) * w + Math.floor(j / 2)]!;
  });
  return smooth(corrected, f, n, m, sweeps);
}
