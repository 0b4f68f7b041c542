import { build, type Dim, type f32, type i32, type Tensor } from "@strata/kernel";

/** The sum of each run of values; run k starts at `start[k]` and ends before `start[k + 1]`. */
export function segmentedSum<n extends Dim, k extends Dim>(
  x: Tensor<f32, [n]>,
  start: Tensor<i32, [k]>,
): Tensor<f32, [Dim]> {
  return build([start.shape[0] - 1], (run) => {
    let total: f32 = 0;
    for (let p = start.at(run); p < start.at(run + 1); p++) total += x.at(p);
    return total;
  });
}
