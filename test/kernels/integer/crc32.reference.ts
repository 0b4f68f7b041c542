const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let entry = byte;
  for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >>> 1) ^ 0xedb88320 : entry >>> 1;
  return entry;
});

export function crc32(rows: Uint8Array, n: number, length: number): Uint32Array {
  const result = new Uint32Array(n);
  for (let row = 0; row < n; row++) {
    let crc = 0xffffffff;
    for (const byte of rows.subarray(row * length, (row + 1) * length)) {
      crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
    }
    result[row] = crc ^ 0xffffffff;
  }
  return result;
}
