/** All canonicalizations of `arith`. */
import type { InterfaceBinding } from "@strata/ir";
import { canonicalizations, type RewritePattern, type Rule } from "@strata/rewrite";
import { castRules, floatRules } from "./canonicalize-casts.ts";
import { integerPatterns, integerRules } from "./canonicalize-integers.ts";
import { comparisonRules, selectRules } from "./canonicalize-logic.ts";

/** The canonicalizations that are data. */
export const arithRules: readonly Rule[] = [
  ...integerRules,
  ...comparisonRules,
  ...selectRules,
  ...castRules,
  ...floatRules,
];

/** The canonicalizations that are functions. */
export const arithPatterns: readonly RewritePattern[] = integerPatterns;

/** How the operations are brought into canonical form. */
export const canonicalizers: readonly InterfaceBinding[] = canonicalizations([
  ...arithRules,
  ...arithPatterns,
]);
