/** The operations of `omp`. */
export * from "./loop-ops.ts";
export * from "./parallel-ops.ts";
export * from "./reduction-ops.ts";
