/**
 * The attributes of `arith`: overflow and fast-math flags, rounding modes, comparison predicates.
 *
 * Invariants: flags are kept in upstream's order without repetition, so equal sets are one object;
 * predicates are i64 enumerations numbered as upstream.
 */
import {
  type AttrConstraint,
  type Attribute,
  type AsmParser,
  type AsmPrinter,
  attrOf,
  defineAttr,
  i32,
  integerEnum,
  type IntegerEnum,
  type Parameter,
} from "@strata/ir";

/** A promise that an integer operation does not overflow, signed or unsigned. */
export type OverflowFlag = "nsw" | "nuw";

const overflowFlags = ["nsw", "nuw"] as const;

/** What fast-math flags allow, one by one; all seven together are written `fast`. */
export type FastMathFlag = "reassoc" | "nnan" | "ninf" | "nsz" | "arcp" | "contract" | "afn";

const fastMathFlags = ["reassoc", "nnan", "ninf", "nsz", "arcp", "contract", "afn"] as const;

/** A set of keywords: `none` when empty, `all` (if given) when full. */
function flagSet<const N extends string>(
  names: readonly N[],
  separator: string,
  what: string,
  all?: string,
): Parameter<readonly N[]> {
  const ordered = (flags: readonly N[]): N[] => names.filter((n) => flags.includes(n));
  const text = (flags: readonly N[]): string => {
    const set = ordered(flags);
    if (set.length === 0) return "none";
    return all !== undefined && set.length === names.length ? all : set.join(separator);
  };
  const words = ["none", ...names, ...(all === undefined ? [] : [all])];
  return {
    key: text,
    print: (p, flags) => p.write(text(flags)),
    parse: (p) => {
      const found: N[] = [];
      do {
        const word = p.parseKeywordOf(words, what);
        found.push(...names.filter((n) => n === word || word === all));
      } while (p.tryConsume(","));
      return ordered(found);
    },
  };
}

const overflowSet = flagSet(overflowFlags, ", ", "an overflow flag");
const fastMathSet = flagSet(fastMathFlags, ",", "a fast-math flag", "fast");

/** `#arith.overflow<nsw, nuw>`: what an integer operation promises not to do. */
export class OverflowAttr extends defineAttr("arith.overflow", "Integer overflow flags.", {
  flags: overflowSet,
}) {
  static readonly none: OverflowAttr = OverflowAttr.get({ flags: [] });

  /** The attribute for a set of flags, in any order. */
  static of(...flags: readonly OverflowFlag[]): OverflowAttr {
    return OverflowAttr.get({ flags: overflowFlags.filter((f) => flags.includes(f)) });
  }

  has(flag: OverflowFlag): boolean {
    return this.flags.includes(flag);
  }
}

/** `#arith.fastmath<nnan,contract>`: liberties a floating-point operation may take. */
export class FastMathAttr extends defineAttr("arith.fastmath", "Fast-math flags.", {
  flags: fastMathSet,
}) {
  static readonly none: FastMathAttr = FastMathAttr.get({ flags: [] });
  static readonly fast: FastMathAttr = FastMathAttr.get({ flags: fastMathFlags });

  /** The attribute for a set of flags, in any order. */
  static of(...flags: readonly FastMathFlag[]): FastMathAttr {
    return FastMathAttr.get({ flags: fastMathFlags.filter((f) => flags.includes(f)) });
  }

  has(flag: FastMathFlag): boolean {
    return this.flags.includes(flag);
  }
}

function bracketed<V>(p: AsmParser, item: Parameter<V>): V {
  p.expect("<");
  const value = item.parse(p);
  p.expect(">");
  return value;
}

function printBracketed<V>(p: AsmPrinter, item: Parameter<V>, value: V): void {
  p.write("<");
  item.print(p, value);
  p.write(">");
}

/** Overflow flags, written `<nsw>` in assembly formats. */
export const OverflowFlags: AttrConstraint<OverflowAttr> = {
  ...attrOf("integer overflow flags", OverflowAttr),
  parse: (p) => OverflowAttr.get({ flags: bracketed(p, overflowSet) }),
  print: (p, a) => printBracketed(p, overflowSet, a.flags),
};

/** Fast-math flags, written `<nnan,ninf>` in assembly formats. */
export const FastMathFlags: AttrConstraint<FastMathAttr> = {
  ...attrOf("fast-math flags", FastMathAttr),
  parse: (p) => FastMathAttr.get({ flags: bracketed(p, fastMathSet) }),
  print: (p, a) => printBracketed(p, fastMathSet, a.flags),
};

/** How a floating-point result is rounded. */
export const RoundingMode: IntegerEnum<
  "to_nearest_even" | "downward" | "upward" | "toward_zero" | "to_nearest_away"
> = integerEnum(
  "a rounding mode",
  ["to_nearest_even", "downward", "upward", "toward_zero", "to_nearest_away"],
  i32,
);

/** Predicates of `arith.cmpi`. */
export type CmpIPredicateName =
  | "eq"
  | "ne"
  | "slt"
  | "sle"
  | "sgt"
  | "sge"
  | "ult"
  | "ule"
  | "ugt"
  | "uge";

/** `arith.cmpi`'s predicate as an attribute. */
export const CmpIPredicate: IntegerEnum<CmpIPredicateName> = integerEnum(
  "an integer comparison predicate",
  ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"],
);

/** Predicates of `arith.cmpf`: `o…` are false and `u…` true when an operand is NaN. */
export type CmpFPredicateName =
  | "false"
  | "oeq"
  | "ogt"
  | "oge"
  | "olt"
  | "ole"
  | "one"
  | "ord"
  | "ueq"
  | "ugt"
  | "uge"
  | "ult"
  | "ule"
  | "une"
  | "uno"
  | "true";

/** `arith.cmpf`'s predicate as an attribute. */
export const CmpFPredicate: IntegerEnum<CmpFPredicateName> = integerEnum(
  "a floating-point comparison predicate",
  [
    "false",
    "oeq",
    "ogt",
    "oge",
    "olt",
    "ole",
    "one",
    "ord",
    "ueq",
    "ugt",
    "uge",
    "ult",
    "ule",
    "une",
    "uno",
    "true",
  ],
);

/** Whether a fast-math attribute (or none) allows a liberty. */
export function allows(attr: Attribute | undefined, flag: FastMathFlag): boolean {
  return attr instanceof FastMathAttr && attr.has(flag);
}
