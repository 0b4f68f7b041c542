import { histogram, i32, scan, sum, map, type Dim, type f32, type Tensor } from "@strata/kernel";

/** The positive elements moved to the front in order, zeros after them, and how many there are. */
export function compact<n extends Dim>(
  x: Tensor<f32, [n]>,
): { kept: Tensor<f32, [n]>; count: i32 } {
  const flags = map(x, (v) => i32(v > 0));
  const slots = scan(flags, 0, (acc, flag) => acc + flag, { exclusive: true });
  const kept = histogram(
    [x, slots],
    x.shape[0],
    (v, slot) => (v > 0 ? slot : -1),
    (v) => v,
  );
  return { kept, count: sum(flags) };
}
