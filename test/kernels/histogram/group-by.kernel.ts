import { f64, histogram, zip, type Dim, type i32, type Tensor } from "@strata/kernel";

/** Trips, total distance and mean distance by the zone where a trip starts; other zones are left out. */
export function distanceByZone<n extends Dim>(
  zone: Tensor<i32, [n]>,
  distance: Tensor<f64, [n]>,
  zones: i32,
): { trips: Tensor<i32, [Dim]>; total: Tensor<f64, [Dim]>; mean: Tensor<f64, [Dim]> } {
  const trips = histogram(zone, zones, (z) => z);
  const total = histogram(
    [zone, distance],
    zones,
    (z) => z,
    (_, d) => d,
  );
  const mean = zip(total, trips, (d, count) => (count > 0 ? d / f64(count) : 0));
  return { trips, total, mean };
}
