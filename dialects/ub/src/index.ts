/** Undefined behaviour, named and written as MLIR's `ub`. */
export { ub } from "./dialect.ts";
export * from "./ops.ts";
