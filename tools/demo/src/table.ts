/** Plain-text tables. */

/** Lays rows out in columns, each as wide as its widest cell; columns in `right` are flushed right. */
export function formatTable(
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  const pad = (cell: string, i: number): string =>
    right.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0);
  return rows.map((row) => row.map(pad).join("   ").trimEnd()).join("\n");
}

/** A time with its unit, three significant digits and at most two decimals: `85.3 ms`, `1.24 s`. */
export function formatTime(milliseconds: number): string {
  if (milliseconds >= 999.5) return `${toDigits(milliseconds / 1000)} s`;
  return `${toDigits(milliseconds)} ms`;
}

function toDigits(value: number): string {
  const before = Math.max(1, Math.floor(Math.log10(Math.max(value, 1e-3))) + 1);
  return value.toFixed(Math.max(0, 3 - before));
}
