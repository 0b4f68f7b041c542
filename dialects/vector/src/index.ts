/** SIMD values, named and written as MLIR's `vector`. */
export * from "./attributes.ts";
export { vector } from "./dialect.ts";
export * from "./ops.ts";
