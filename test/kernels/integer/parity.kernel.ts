import { scan, type bool, type Dim, type Tensor } from "@strata/kernel";

/** Whether an odd number of flags is set so far. */
export function parity<n extends Dim>(flags: Tensor<bool, [n]>): Tensor<bool, [n]> {
  return scan(flags, false, (odd, flag) => odd !== flag);
}
