export function words(n: number, seed: number): Uint32Array {
  const result = new Uint32Array(n);
  const x = new Uint32Array(1);
  for (let i = 0; i < n; i++) {
    x[0] = Number((BigInt(i + seed) * 0x9e3779b9n) & 0xffffffffn) ^ 0x85ebca6b;
    for (let round = 0; round < 3; round++) {
      x[0]! ^= x[0]! << 13;
      x[0]! ^= x[0]! >>> 17;
      x[0]! ^= x[0]! << 5;
    }
    result[i] = x[0]!;
  }
  return result;
}

export function uniform(n: number, seed: number): Float32Array {
  return Float32Array.from(words(n, seed), (word) => Math.floor(word / 256) / 2 ** 24);
}
