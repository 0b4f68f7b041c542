/**
 * Operations of the vector dialect: SIMD values, named and written as MLIR's. Memory is accessed
 * along the innermost dimensions of a memref.
 */
export * from "./ops/lanes.ts";
export * from "./ops/masks.ts";
export * from "./ops/memory.ts";
export * from "./ops/misc.ts";
export * from "./ops/products.ts";
export * from "./ops/reductions.ts";
export * from "./ops/shapes.ts";
export * from "./ops/transfer.ts";
