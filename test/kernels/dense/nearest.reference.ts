export function nearest(
  queries: Float32Array,
  points: Float32Array,
  d: number,
): { which: Int32Array; squared: Float32Array } {
  const which = new Int32Array(queries.length / d).fill(-1);
  const squared = new Float32Array(which.length).fill(Infinity);
  for (let i = 0; i < which.length; i++) {
    for (let j = 0; j < points.length / d; j++) {
      let total = 0;
      for (let p = 0; p < d; p++) total += (queries[i * d + p]! - points[j * d + p]!) ** 2;
      if (Math.fround(total) < squared[i]!) {
        squared[i] = total;
        which[i] = j;
      }
    }
  }
  return { which, squared };
}
