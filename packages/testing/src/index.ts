/** For tests: random values and operations, equivalence by interpretation, upstream's tools. */
export * from "./equivalence.ts";
export * from "./instances.ts";
export * from "./kernel-programs/index.ts";
export * from "./llvm-tools.ts";
export * from "./mlir-opt.ts";
export * from "./mlir-runner.ts";
export * from "./native-program.ts";
export * from "./random-modules/index.ts";
export * from "./random-values.ts";
export * from "./round-trip.ts";
export * from "./rule-check.ts";
export * from "./upstream.ts";
export * from "./texts.ts";
