/** LLVM IR as operations, named and written as MLIR's `llvm` dialect. */
export * from "./attributes.ts";
export { boolTypeLike } from "./constraints.ts";
export { llvm } from "./dialect.ts";
export { alignmentOf, functionTypeOf } from "./function-syntax.ts";
export * from "./loop-attributes.ts";
export * from "./ops.ts";
export { bundlesOf, dictionaryAt } from "./signature-syntax.ts";
export * from "./types.ts";
