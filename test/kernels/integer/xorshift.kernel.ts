import { build, f32, u32, type Dim, type i32, type Tensor } from "@strata/kernel";

/** A random word for every position and seed: three rounds of xorshift over a scrambled index. */
function scramble(position: u32, seed: u32): u32 {
  let x: u32 = Math.imul(position + seed, 0x9e3779b9) ^ 0x85ebca6b;
  for (let round = 0; round < 3; round++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
  }
  return u32(x);
}

/** n random words. */
export function words(n: i32, seed: u32): Tensor<u32, [Dim]> {
  return build([n], (i) => scramble(u32(i), seed));
}

/** n random numbers in 0 … 1, 1 excluded. */
export function uniform(n: i32, seed: u32): Tensor<f32, [Dim]> {
  return build([n], (i) => f32(scramble(u32(i), seed) >>> 8) / 16777216);
}
