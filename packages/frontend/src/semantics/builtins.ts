/** The names that `@strata/kernel` gives and the compiler knows. */
import { DTYPES } from "@strata/support";
import { KERNEL_FUNCTIONS } from "./math.ts";

const PATTERNS = [
  "map",
  "zip",
  "build",
  "stencil",
  "sum",
  "prod",
  "min",
  "max",
  "any",
  "all",
  "mean",
  "argmin",
  "argmax",
  "dot",
  "reduce",
  "scan",
  "histogram",
  "gather",
  "scatter",
  "segmentedReduce",
  "sparseProduct",
  "iterate",
  "iterateUntil",
];

const BOUNDARIES = ["clamp", "zero", "constant", "wrap", "reflect", "copy"];

/** All of them, and `Math`. */
export const BUILTINS: readonly string[] = [
  ...PATTERNS,
  ...BOUNDARIES,
  ...KERNEL_FUNCTIONS,
  ...DTYPES,
  "index",
  "Math",
];

const NAMES: ReadonlySet<string> = new Set(BUILTINS);

export function isBuiltin(name: string): boolean {
  return NAMES.has(name);
}
