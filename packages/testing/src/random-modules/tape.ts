/**
 * Random choices read from a list of numbers, which fast-check makes and shrinks.
 *
 * Invariants: the same list makes the same choices; behind its end every choice is the first one,
 * so that a shorter list gives a smaller value. The first choice must therefore be the simplest.
 */
import fc from "fast-check";

/** A source of choices. */
export class Tape {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** Whether all choices from here on are the first. */
  get isAtEnd(): boolean {
    return this.#next >= this.#numbers.length;
  }

  /** An integer from `low` to `high`, both included; `low` behind the end. */
  int(low: number, high: number): number {
    const n = this.#numbers[this.#next++] ?? 0;
    return low + (n % (high - low + 1));
  }

  /** True once in `oneIn` times; false behind the end. */
  chance(oneIn: number): boolean {
    return this.int(0, oneIn - 1) === oneIn - 1;
  }

  /** One of the items; the first behind the end. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error("nothing to pick from");
    return items[this.int(0, items.length - 1)]!;
  }

  /** Between `low` and `high` values. */
  list<T>(low: number, high: number, make: () => T): T[] {
    return Array.from({ length: this.int(low, high) }, make);
  }

  /** A natural number below 2^`bits`. */
  bits(bits: number): bigint {
    let n = 0n;
    for (let have = 0; have < bits; have += 24) n = (n << 24n) | BigInt(this.int(0, 0xff_ffff));
    return BigInt.asUintN(bits, n);
  }
}

/** The numbers of a tape: evenly spread, for what is simple is no edge of what is chosen. */
export function choices(length: number): fc.Arbitrary<number[]> {
  return fc.noBias(fc.array(fc.nat(0xff_ffff), { maxLength: length, size: "max" }));
}

/** What a function makes of a tape of up to `length` numbers. */
export function fromTape<T>(length: number, make: (tape: Tape) => T): fc.Arbitrary<T> {
  return choices(length).map((numbers) => make(new Tape(numbers)));
}
