/** Integer and floating-point arithmetic, named and written as MLIR's `arith`. */
export * from "./attributes.ts";
export { arithPatterns, arithRules } from "./canonicalize.ts";
export * from "./constant-folding.ts";
export { arith } from "./dialect.ts";
export * from "./ops.ts";
