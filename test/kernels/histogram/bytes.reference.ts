export function bytes(picture: Uint8Array): Int32Array {
  const result = new Int32Array(256);
  for (const level of picture) result[level]!++;
  return result;
}
