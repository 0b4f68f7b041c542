export function twice(x: Float64Array): Float64Array {
  const result = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) result[i] = 2 * x[i]!;
  return result;
}
