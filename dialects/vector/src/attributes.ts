/** Attributes of the vector dialect. */
import {
  type AsmParser,
  type AttrConstraint,
  attrOf,
  defineAttr,
  keywordParameter,
  type Parameter,
} from "@strata/ir";

/** How elements are combined. */
export const combiningKinds = [
  "add",
  "mul",
  "minui",
  "minsi",
  "minnumf",
  "maxui",
  "maxsi",
  "maxnumf",
  "and",
  "or",
  "xor",
  "minimumf",
  "maximumf",
] as const;

export type CombiningKind = (typeof combiningKinds)[number];

const kindParameter = keywordParameter(combiningKinds, "a combining kind");

/** `#vector.kind<add>`. */
export class CombiningKindAttr extends defineAttr("vector.kind", "How elements are combined.", {
  kind: kindParameter,
}) {}

/** Reads a keyword in angle brackets. */
function bracketed<V>(p: AsmParser, item: Parameter<V>): V {
  p.expect("<");
  const value = item.parse(p);
  p.expect(">");
  return value;
}

/** A combining kind, written `<add>` in assembly formats. */
export const CombiningKindC: AttrConstraint<CombiningKindAttr> = {
  ...attrOf("combining kind", CombiningKindAttr),
  parse: (p) => CombiningKindAttr.get({ kind: bracketed(p, kindParameter) }),
  print: (p, a) => p.write(`<${a.kind}>`),
};

/** Whether a dimension of a contraction is kept or summed up. */
export const iteratorTypes = ["parallel", "reduction"] as const;

/** `#vector.iterator_type<parallel>`. */
export class IteratorTypeAttr extends defineAttr(
  "vector.iterator_type",
  "Whether a dimension is kept or summed up.",
  { type: keywordParameter(iteratorTypes, "an iterator type") },
) {}

/** What `vector.print` writes besides a value. */
export const punctuations = ["no_punctuation", "newline", "comma", "open", "close"] as const;

const punctuationParameter = keywordParameter(punctuations, "a punctuation");

/** `#vector.punctuation<newline>`. */
export class PunctuationAttr extends defineAttr(
  "vector.punctuation",
  "What `vector.print` writes besides a value.",
  { kind: punctuationParameter },
) {}

/** A punctuation, written `<comma>` in assembly formats. */
export const PunctuationC: AttrConstraint<PunctuationAttr> = {
  ...attrOf("punctuation", PunctuationAttr),
  parse: (p) => PunctuationAttr.get({ kind: bracketed(p, punctuationParameter) }),
  print: (p, a) => p.write(`<${a.kind}>`),
};
