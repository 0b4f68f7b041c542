/** Buffers and accesses to them, named and written as MLIR's `memref`. */
export { memref } from "./dialect.ts";
export * from "./ops.ts";
export { expectPosition } from "./interpret.ts";
