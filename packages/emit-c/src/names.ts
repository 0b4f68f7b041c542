/** Names of a function's values: those of the source where it has them, unique, no C keywords. */
import { nameHintOf, type Value } from "@strata/ir";

const keywords = new Set(
  (
    "auto break case char const continue default do double else enum extern float for goto if inline int " +
    "long register restrict return short signed sizeof static struct switch typedef union unsigned void " +
    "volatile while bool true false half uchar ushort uint ulong size_t ptrdiff_t main asm"
  ).split(" "),
);

/** Hands out names. */
export class Names {
  readonly #taken: Set<string>;

  constructor(reserved: Iterable<string>) {
    this.#taken = new Set([...keywords, ...reserved]);
  }

  /** A name that nothing else has: `wanted`, or `wanted_1` and so on. */
  fresh(wanted: string): string {
    const clean = wanted.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "v");
    let name = clean;
    for (let k = 1; this.#taken.has(name); k++) name = `${clean}_${k}`;
    this.#taken.add(name);
    return name;
  }

  /** A name for a value, after its hint. */
  forValue(value: Value, otherwise: string): string {
    const hint = nameHintOf(value);
    // Hints of constants and numbers say nothing.
    return this.fresh(hint === undefined || /^(_?\d|c_?\d|cst)/.test(hint) ? otherwise : hint);
  }
}
