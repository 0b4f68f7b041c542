export function polynomial(x: Float64Array): Float64Array {
  const result = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const s = x[i]! * x[i]!;
    result[i] = 1 + s * (-0.5 + s * (1 / 24 + s * (-1 / 720)));
  }
  return result;
}
