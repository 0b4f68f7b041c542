/** The operations of the LLVM dialect. */
export * from "./aggregate-ops.ts";
export * from "./arith-ops.ts";
export * from "./control-ops.ts";
export * from "./function-ops.ts";
export * from "./intrinsic-ops.ts";
export * from "./memory-intrinsic-ops.ts";
export * from "./memory-ops.ts";
