/** Rewrites of `math` into canonical form: identities that hold to the bit. */
import { NegF } from "@strata/arith";
import type { InterfaceBinding } from "@strata/ir";
import { canonicalizations, type Rule, rule } from "@strata/rewrite";
import * as ops from "./ops.ts";

const { AbsF, CopySign, Fma } = ops;

/** The rules of `math`. */
export const mathRules: readonly Rule[] = [
  // |-x| → |x|
  rule("absf-of-negf", (x) => [
    AbsF.pat({ input: NegF.pat({ input: x }) }),
    AbsF.pat({ input: x }),
  ]),

  // |copysign(x, y)| → |x|
  rule("absf-of-copysign", (x, y) => [
    AbsF.pat({ input: CopySign.pat({ lhs: x, rhs: y }) }),
    AbsF.pat({ input: x }),
  ]),

  // copysign(-x, y) → copysign(x, y)
  rule("copysign-of-negf", (x, y) => [
    CopySign.pat({ lhs: NegF.pat({ input: x }), rhs: y }),
    CopySign.pat({ lhs: x, rhs: y }),
  ]),

  // copysign(|x|, y) → copysign(x, y)
  rule("copysign-of-absf", (x, y) => [
    CopySign.pat({ lhs: AbsF.pat({ input: x }), rhs: y }),
    CopySign.pat({ lhs: x, rhs: y }),
  ]),

  // (-x) · (-y) + z → x · y + z, rounded once
  rule("fma-of-negations", (x, y, z) => [
    Fma.pat({ a: NegF.pat({ input: x }), b: NegF.pat({ input: y }), c: z }),
    Fma.pat({ a: x, b: y, c: z }),
  ]),
];

/** How the operations are brought into canonical form. */
export const canonicalizers: readonly InterfaceBinding[] = canonicalizations(mathRules);
