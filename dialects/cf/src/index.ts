/** Branches between blocks and run-time assertions, named and written as MLIR's `cf`. */
export { cfPatterns } from "./canonicalize.ts";
export { cf } from "./dialect.ts";
export * from "./ops.ts";
