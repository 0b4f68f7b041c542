import { map, popcount, sum, type Dim, type Tensor, type u32, type u64 } from "@strata/kernel";

/** The number of ones in every word, and in all. */
export function ones<n extends Dim>(
  words: Tensor<u32, [n]>,
): { each: Tensor<u32, [n]>; total: u32 } {
  const each = map(words, (word) => popcount(word));
  return { each, total: sum(each) };
}

/** The number of bits in which two sets of 64-bit words differ. */
export function hamming<n extends Dim>(a: Tensor<u64, [n]>, b: Tensor<u64, [n]>): u64 {
  return sum(map(a, (word, i) => popcount(word ^ b.at(i))));
}
