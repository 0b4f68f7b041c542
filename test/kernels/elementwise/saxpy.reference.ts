const { fround } = Math;

export function saxpy(a: number, x: Float32Array, y: Float32Array): Float32Array {
  const result = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) result[i] = fround(a * x[i]!) + y[i]!;
  return result;
}
