import { reduce, type Dim, type Tensor, type u32 } from "@strata/kernel";

/** The exclusive or of all words. */
export function checksum<n extends Dim>(words: Tensor<u32, [n]>): u32 {
  return reduce(words, 0, (acc, word) => acc ^ word);
}
