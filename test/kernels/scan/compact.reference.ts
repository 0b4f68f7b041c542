export function compact(x: Float32Array): { kept: Float32Array; count: number } {
  const kept = new Float32Array(x.length);
  let count = 0;
  for (const v of x) if (v > 0) kept[count++] = v;
  return { kept, count };
}
