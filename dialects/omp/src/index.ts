/** OpenMP, named and written as MLIR's `omp`. */
export * from "./attributes.ts";
export { type ReductionSyntax, reductionsOf } from "./clauses.ts";
export { omp } from "./dialect.ts";
export * from "./ops.ts";
