/** The operations of `gpu`. Names, operands, attributes and textual forms are upstream's. */
export * from "./ops/collective.ts";
export * from "./ops/index-ops.ts";
export * from "./ops/launch-func.ts";
export * from "./ops/launch.ts";
export * from "./ops/memory.ts";
export * from "./ops/mma.ts";
export * from "./ops/module.ts";
export * from "./ops/warp.ts";
