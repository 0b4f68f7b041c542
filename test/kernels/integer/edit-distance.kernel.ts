import { build, i32, type Dim, type Tensor, type u8 } from "@strata/kernel";

/** The fewest insertions, deletions and replacements that turn one text into another (wavefront). */
export function editDistance<n extends Dim, m extends Dim>(
  a: Tensor<u8, [n]>,
  b: Tensor<u8, [m]>,
): i32 {
  const [rows, columns] = [i32(a.shape[0]), i32(b.shape[0])];
  // Diagonal d holds the distances of the first i bytes of one and d − i of the other.
  let before = build([a.shape[0] + 1], () => i32(0));
  let last = build([a.shape[0] + 1], () => i32(0));
  for (let d = 1; d <= rows + columns; d++) {
    const [older, old] = [before, last];
    const sum = i32(d);
    before = old;
    last = build([a.shape[0] + 1], (k) => {
      const i = i32(k);
      const j = sum - i;
      if (j < 0 || j > columns) return 0;
      if (i === 0 || j === 0) return i + j;
      const other = a.at(i - 1) === b.at(j - 1) ? 0 : 1;
      const shorter = Math.min(old.at(i - 1), old.at(i));
      return Math.min(shorter + 1, older.at(i - 1) + other);
    });
  }
  return last.at(rows);
}
