import { scan, type Dim, type i32, type Tensor } from "@strata/kernel";

/** Running totals with and without the element itself, and from the other end. */
export function prefixSum<n extends Dim>(
  x: Tensor<i32, [n]>,
): {
  inclusive: Tensor<i32, [n]>;
  exclusive: Tensor<i32, [n]>;
  remaining: Tensor<i32, [n]>;
} {
  return {
    inclusive: scan(x, 0, (acc, v) => acc + v),
    exclusive: scan(x, 0, (acc, v) => acc + v, { exclusive: true }),
    remaining: scan(x, 0, (acc, v) => acc + v, { reverse: true }),
  };
}
