/** The pipelines that join the levels. */
export { createContext } from "./context.ts";
export { levels, lowerTo, type Level, type LowerOptions } from "./lower.ts";
export { hostTarget, type TargetModel, wasmTarget } from "./target.ts";
