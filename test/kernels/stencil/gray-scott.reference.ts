const { fround } = Math;

function spread(field: Float32Array, n: number, m: number, i: number, j: number): number {
  const north = field[((i + n - 1) % n) * m + j]!;
  const south = field[((i + 1) % n) * m + j]!;
  const west = field[i * m + ((j + m - 1) % m)]!;
  const east = field[i * m + ((j + 1) % m)]!;
  const around = fround(fround(fround(north + south) + west) + east);
  return fround(around - fround(4 * field[i * m + j]!));
}

export function grayScott(
  u: Float32Array,
  v: Float32Array,
  n: number,
  m: number,
  feed: number,
  kill: number,
  steps: number,
): { u: Float32Array; v: Float32Array } {
  let [food, eater] = [u, v];
  for (let step = 0; step < steps; step++) {
    const nextFood = new Float32Array(n * m);
    const nextEater = new Float32Array(n * m);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        const p = i * m + j;
        const [a, b] = [food[p]!, eater[p]!];
        const eaten = fround(fround(a * b) * b);
        const fed = fround(feed * fround(1 - a));
        const gone = fround(fround(feed + kill) * b);
        const foodIn = fround(fround(0.16) * spread(food, n, m, i, j));
        const eaterIn = fround(fround(0.08) * spread(eater, n, m, i, j));
        nextFood[p] = a + fround(fround(foodIn - eaten) + fed);
        nextEater[p] = b + fround(fround(eaterIn + eaten) - gone);
      }
    }
    [food, eater] = [nextFood, nextEater];
  }
  return { u: food, v: eater };
}
