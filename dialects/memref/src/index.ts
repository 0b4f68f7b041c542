/** Buffers and accesses to them, named and written as MLIR's `memref`. */
export { memrefPatterns } from "./canonicalize.ts";
export { memref } from "./dialect.ts";
export { allocate } from "./interpret-allocation.ts";
export { expectMemRef, expectPosition } from "./interpret.ts";
export { denseStrides, isDense, type Strided, tryStrides } from "./layout.ts";
export * from "./ops.ts";
