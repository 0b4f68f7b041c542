/** Functions of floats and integers beyond arithmetic, named and written as MLIR's `math`. */
export { math } from "./dialect.ts";
export * from "./ops.ts";
