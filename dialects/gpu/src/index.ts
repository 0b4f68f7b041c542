/** Kernels, their launches and memory of a GPU, named and written as MLIR's `gpu`. */
export * from "./attributes.ts";
export * from "./binary.ts";
export { gpuPatterns } from "./canonicalize.ts";
export { gpu } from "./dialect.ts";
export { kernelAttr, workgroupCountAttr } from "./function-syntax.ts";
export * from "./mapping-attributes.ts";
export * from "./ops.ts";
export * from "./types.ts";
export { gpuState } from "./interpret.ts";
export type { GpuSettings } from "./settings.ts";
