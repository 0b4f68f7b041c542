/** Immutable arrays, named and written as MLIR's `tensor`. */
export { tensor } from "./dialect.ts";
export * from "./ops.ts";
export { buildTensor, filledShape, forEachPoint } from "./interpret.ts";
