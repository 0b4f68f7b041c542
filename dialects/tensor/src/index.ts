/** Immutable arrays, named and written as MLIR's `tensor`. */
export { tensorPatterns } from "./canonicalize.ts";
export { tensor } from "./dialect.ts";
export { buildTensor, expectTensor, filledShape, forEachPoint } from "./interpret.ts";
export { listsOf, parallelInsertions, writeSlice } from "./interpret-slices.ts";
export * from "./ops.ts";
