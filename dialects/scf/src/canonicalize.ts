/** Rewrites of structured control flow into canonical form. */
import type { InterfaceBinding } from "@strata/ir";
import { canonicalizations, type RewritePattern } from "@strata/rewrite";
import { branchPatterns } from "./canonicalize/branches.ts";
import { loopPatterns } from "./canonicalize/loops.ts";
import { otherLoopPatterns } from "./canonicalize/other-loops.ts";

/** The patterns, by the operations they simplify. */
export const scfPatterns: readonly RewritePattern[] = [
  ...loopPatterns,
  ...branchPatterns,
  ...otherLoopPatterns,
];

/** How the operations are brought into canonical form. */
export const canonicalizers: readonly InterfaceBinding[] = canonicalizations(scfPatterns);
