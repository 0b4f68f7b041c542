export function inner(a: Float32Array, b: Float32Array): number {
  let result = 0;
  for (let i = 0; i < a.length; i++) result += a[i]! * b[i]!;
  return Math.fround(result);
}

export function norm(x: Float32Array): number {
  let squares = 0;
  for (const v of x) squares += v * v;
  return Math.fround(Math.sqrt(squares));
}
