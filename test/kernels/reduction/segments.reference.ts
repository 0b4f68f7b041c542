export function groupMaxima(
  values: Float64Array,
  order: Int32Array,
  start: Int32Array,
): Float64Array {
  return Float64Array.from({ length: start.length - 1 }, (_, s) => {
    let most = -Infinity;
    for (let k = start[s]!; k < start[s + 1]!; k++) most = Math.max(most, values[order[k]!]!);
    return most;
  });
}
