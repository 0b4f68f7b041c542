/** The pipelines that join the levels. */
export { createContext } from "./context.ts";
export { levels, lowerTo, type Level, type LowerOptions } from "./lower.ts";
export { cudaTarget, type GpuRemark, type GpuTarget, openclTarget } from "@strata/scf/lower-to-gpu";
export { hostTarget, type TargetModel, wasmTarget } from "./target.ts";
