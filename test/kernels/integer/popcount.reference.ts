export function ones(words: Uint32Array): { each: Uint32Array; total: number } {
  const each = words.map((word) => {
    let count = 0;
    for (let rest = word; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
    return count;
  });
  return { each, total: each.reduce((a, b) => a + b, 0) };
}

export function hamming(a: BigUint64Array, b: BigUint64Array): bigint {
  let total = 0n;
  for (let i = 0; i < a.length; i++) {
    for (let rest = a[i]! ^ b[i]!; rest !== 0n; rest >>= 1n) total += rest & 1n;
  }
  return total;
}
