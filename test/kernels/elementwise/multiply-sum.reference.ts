const { fround } = Math;

export function multiplySum(a: Float32Array, b: Float32Array, c: Float32Array): Float32Array {
  const result = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = a[i]! * fround(b[i]! + c[i]!);
  return result;
}
