export function logsumexp(x: Float32Array): number {
  const top = x.reduce((a, b) => Math.max(a, b), -Infinity);
  let total = 0;
  for (const v of x) total += Math.exp(v - top);
  return top + Math.log(total);
}
