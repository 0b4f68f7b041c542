export function expectation(
  points: Float64Array,
  weight: Float64Array,
  center: Float64Array,
  variance: Float64Array,
  d: number,
): { responsibility: Float64Array; likelihood: number } {
  const [n, k] = [points.length / d, weight.length];
  const responsibility = new Float64Array(n * k);
  let likelihood = 0;
  for (let i = 0; i < n; i++) {
    let total = 0;
    for (let c = 0; c < k; c++) {
      let density = weight[c]!;
      for (let p = 0; p < d; p++) {
        const v = variance[c * d + p]!;
        const away = points[i * d + p]! - center[c * d + p]!;
        density *= Math.exp((-away * away) / (2 * v)) / Math.sqrt(2 * Math.PI * v);
      }
      responsibility[i * k + c] = density;
      total += density;
    }
    for (let c = 0; c < k; c++) responsibility[i * k + c]! /= total;
    likelihood += Math.log(total);
  }
  return { responsibility, likelihood };
}

export function maximization(
  points: Float64Array,
  responsibility: Float64Array,
  d: number,
  k: number,
): { weight: Float64Array; center: Float64Array; variance: Float64Array } {
  const n = points.length / d;
  const weight = new Float64Array(k);
  const center = new Float64Array(k * d);
  const variance = new Float64Array(k * d);
  for (let c = 0; c < k; c++) {
    let mass = 0;
    for (let i = 0; i < n; i++) mass += responsibility[i * k + c]!;
    weight[c] = mass / n;
    for (let p = 0; p < d; p++) {
      let first = 0;
      let second = 0;
      for (let i = 0; i < n; i++) first += responsibility[i * k + c]! * points[i * d + p]!;
      const mean = first / mass;
      for (let i = 0; i < n; i++) {
        second += responsibility[i * k + c]! * (points[i * d + p]! - mean) ** 2;
      }
      center[c * d + p] = mean;
      variance[c * d + p] = second / mass;
    }
  }
  return { weight, center, variance };
}
