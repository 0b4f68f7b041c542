export function life(cells: Uint8Array, n: number, m: number, generations: number): Uint8Array {
  let now = cells;
  for (let generation = 0; generation < generations; generation++) {
    const next = new Uint8Array(n * m);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        let neighbors = 0;
        for (let di = -1; di <= 1; di++) {
          for (let dj = -1; dj <= 1; dj++) {
            if (di === 0 && dj === 0) continue;
            neighbors += now[((i + di + n) % n) * m + ((j + dj + m) % m)]!;
          }
        }
        const alive = now[i * m + j] === 1;
        next[i * m + j] = neighbors === 3 || (alive && neighbors === 2) ? 1 : 0;
      }
    }
    now = next;
  }
  return now;
}
