export function distanceByZone(
  zone: Int32Array,
  distance: Float64Array,
  zones: number,
): { trips: Int32Array; total: Float64Array; mean: Float64Array } {
  const trips = new Int32Array(zones);
  const total = new Float64Array(zones);
  for (let k = 0; k < zone.length; k++) {
    const z = zone[k]!;
    if (z < 0 || z >= zones) continue;
    trips[z]!++;
    total[z]! += distance[k]!;
  }
  const mean = total.map((d, z) => (trips[z] === 0 ? 0 : d / trips[z]!));
  return { trips, total, mean };
}
