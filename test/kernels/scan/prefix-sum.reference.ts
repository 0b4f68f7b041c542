export function prefixSum(x: Int32Array): {
  inclusive: Int32Array;
  exclusive: Int32Array;
  remaining: Int32Array;
} {
  const inclusive = new Int32Array(x.length);
  const exclusive = new Int32Array(x.length);
  const remaining = new Int32Array(x.length);
  for (let i = 0, total = 0; i < x.length; i++) {
    exclusive[i] = total;
    total = (total + x[i]!) | 0;
    inclusive[i] = total;
  }
  for (let i = x.length - 1, total = 0; i >= 0; i--) {
    total = (total + x[i]!) | 0;
    remaining[i] = total;
  }
  return { inclusive, exclusive, remaining };
}
