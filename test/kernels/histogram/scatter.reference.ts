export function addRows(
  target: Float64Array,
  places: Int32Array,
  rows: Float64Array,
  m: number,
): Float64Array {
  const out = target.slice();
  places.forEach((place, k) => {
    if (place < 0 || place * m >= target.length) return;
    for (let j = 0; j < m; j++) out[place * m + j]! += rows[k * m + j]!;
  });
  return out;
}

export function inverse(order: Int32Array): Int32Array {
  const out = new Int32Array(order.length);
  order.forEach((place, k) => (out[place] = k));
  return out;
}
