/**
 * A seeded random source: xoshiro128** seeded through splitmix32.
 *
 * Invariant: the sequence depends on the seed alone, on every machine.
 */

/** A deterministic stream of pseudo-random numbers; not for secrets. */
export class Random {
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** The seed is taken modulo 2^32. */
  constructor(seed: number) {
    this.seed = seed >>> 0;
    let state = this.seed;
    const split = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return z ^ (z >>> 16);
    };
    this.#a = split();
    this.#b = split();
    this.#c = split();
    this.#d = split();
    // The all-zero state is the one fixed point of the generator.
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 1;
  }

  /** An integer in 0 … 2^32−1. */
  uint32(): number {
    const scaled = Math.imul(this.#b, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9);
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** A number in [0, 1) with 53 random bits. */
  float(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** An integer in `low … high`, both included, without bias; RangeError if the range is empty. */
  int(low: number, high: number): number {
    const size = high - low + 1;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || size < 1) {
      throw new RangeError(`empty or unsafe range ${low} … ${high}`);
    }
    if (size > 4294967296) return low + Math.floor(this.float() * size);
    const limit = 4294967296 - (4294967296 % size);
    let drawn = this.uint32();
    while (drawn >= limit) drawn = this.uint32();
    return low + (drawn % size);
  }

  /** True with the given probability; default one half. */
  boolean(probability: number = 0.5): boolean {
    return this.float() < probability;
  }

  /** A standard normal number (Marsaglia's polar method). */
  normal(): number {
    for (;;) {
      const u = 2 * this.float() - 1;
      const v = 2 * this.float() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  /** One of the items; RangeError if there is none. */
  pick<T>(items: readonly T[]): T {
    const at = this.int(0, items.length - 1);
    return items[at] as T;
  }

  /** Permutes the list in place (Fisher–Yates) and returns it. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      const held = items[i] as T;
      items[i] = items[j] as T;
      items[j] = held;
    }
    return items;
  }

  /** A new stream that is independent of the rest of this one. */
  fork(): Random {
    return new Random(this.uint32());
  }
}
