export function attention(
  query: Float32Array,
  key: Float32Array,
  value: Float32Array,
  d: number,
  v: number,
): Float32Array {
  const [rows, keys] = [query.length / d, key.length / d];
  const result = new Float32Array(rows * v);
  for (let i = 0; i < rows; i++) {
    const scores: number[] = [];
    for (let j = 0; j < keys; j++) {
      let score = 0;
      for (let p = 0; p < d; p++) score += query[i * d + p]! * key[j * d + p]!;
      scores.push(score / Math.sqrt(d));
    }
    const top = Math.max(...scores);
    const total = scores.reduce((acc, s) => acc + Math.exp(s - top), 0);
    for (let c = 0; c < v; c++) {
      let mixed = 0;
      for (let j = 0; j < keys; j++)
        mixed += (Math.exp(scores[j]! - top) / total) * value[j * v + c]!;
      result[i * v + c] = mixed;
    }
  }
  return result;
}
