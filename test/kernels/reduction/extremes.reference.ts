export function extremes(x: Int32Array): {
  least: number;
  greatest: number;
  leastAt: number;
  greatestAt: number;
} {
  let least = 2 ** 31 - 1;
  let greatest = -(2 ** 31);
  for (const v of x) {
    if (v < least) least = v;
    if (v > greatest) greatest = v;
  }
  return { least, greatest, leastAt: x.indexOf(least), greatestAt: x.indexOf(greatest) };
}
