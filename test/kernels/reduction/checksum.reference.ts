export function checksum(words: Uint32Array): number {
  let result = 0;
  for (const word of words) result ^= word;
  return result >>> 0;
}
