import { build, u32, type Dim, type Tensor, type u8 } from "@strata/kernel";

/** The CRC-32 (as in zip and PNG) of every row of bytes. */
export function crc32<n extends Dim, length extends Dim>(
  rows: Tensor<u8, [n, length]>,
): Tensor<u32, [n]> {
  return build([rows.shape[0]], (row) => {
    let crc: u32 = 0xffffffff;
    for (let p = 0; p < rows.shape[1]; p++) {
      crc ^= u32(rows.at(row, p));
      for (let bit = 0; bit < 8; bit++) {
        crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
      }
    }
    return u32(~crc);
  });
}
