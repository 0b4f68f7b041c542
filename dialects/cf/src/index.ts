/** Branches between blocks and run-time assertions, named and written as MLIR's `cf`. */
export { cf } from "./dialect.ts";
export * from "./ops.ts";
