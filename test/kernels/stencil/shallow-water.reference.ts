type Fields = readonly [Float64Array, Float64Array, Float64Array];

export function shallowWater(
  start: Fields,
  [n, m]: readonly [number, number],
  [lambda, gravity, steps]: readonly [number, number, number],
): Fields {
  let [h, u, v] = start;
  const flux = (depth: number, momentum: number): number =>
    (momentum * momentum) / depth + 0.5 * gravity * depth * depth;
  for (let s = 0; s < steps; s++) {
    const next: Fields = [
      new Float64Array(n * m),
      new Float64Array(n * m),
      new Float64Array(n * m),
    ];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        const east = i * m + ((j + 1) % m);
        const west = i * m + ((j + m - 1) % m);
        const north = ((i + 1) % n) * m + j;
        const south = ((i + n - 1) % n) * m + j;
        const mean = (f: Float64Array): number =>
          0.25 * (f[west]! + f[east]! + f[south]! + f[north]!);
        const cross = (k: number): number => (u[k]! * v[k]!) / h[k]!;
        const k = i * m + j;
        const half = 0.5 * lambda;
        next[0][k] = mean(h) - half * (u[east]! - u[west]! + v[north]! - v[south]!);
        const alongU = flux(h[east]!, u[east]!) - flux(h[west]!, u[west]!);
        next[1][k] = mean(u) - half * (alongU + (cross(north) - cross(south)));
        const alongV = flux(h[north]!, v[north]!) - flux(h[south]!, v[south]!);
        next[2][k] = mean(v) - half * (alongV + (cross(east) - cross(west)));
      }
    }
    [h, u, v] = next;
  }
  return [h, u, v];
}
