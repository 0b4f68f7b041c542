/** Attributes of the vector dialect. */
import { type AttrConstraint, attrOf, defineAttr, keywordParameter } from "@strata/ir";

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

/** A combining kind, written `<add>` in assembly formats. */
export const CombiningKindC: AttrConstraint<CombiningKindAttr> = {
  ...attrOf("combining kind", CombiningKindAttr),
  parse(p) {
    p.expect("<");
    const kind = kindParameter.parse(p);
    p.expect(">");
    return CombiningKindAttr.get({ kind });
  },
  print: (p, a) => p.write(`<${a.kind}>`),
};
