/** Composes the dialect `math`. */
import { defineDialect, type Dialect } from "@strata/ir";
import { canonicalizers } from "./canonicalize.ts";
import { folds } from "./fold.ts";
import { interpretation } from "./interpret.ts";
import { mathOps } from "./ops.ts";

/** The dialect of mathematical functions. */
export const math: Dialect = defineDialect({
  name: "math",
  summary: "Functions of floats and integers beyond arithmetic.",
  ops: mathOps,
  interfaces: [...folds, ...canonicalizers, ...interpretation],
});
