/** Integer and floating-point arithmetic, named and written as MLIR's `arith`. */
export * from "./attributes.ts";
export { arith } from "./dialect.ts";
export * from "./ops.ts";
