/** LLVM IR as operations, named and written as MLIR's `llvm` dialect. */
export * from "./attributes.ts";
export { boolTypeLike } from "./constraints.ts";
export { alignmentOfType, fieldOffset, pointerBytes, sizeOf, storeSizeOf } from "./data-layout.ts";
export { llvm } from "./dialect.ts";
export { alignmentOf, functionTypeOf } from "./function-syntax.ts";
export * from "./loop-attributes.ts";
export { codecOf, type Codec } from "./memory-codec.ts";
export {
  AggregateValue,
  Allocation,
  type AllocationKind,
  Memory,
  memoryOf,
  nullPointer,
  PointerValue,
} from "./memory.ts";
export * from "./ops.ts";
export { bundlesOf, dictionaryAt } from "./signature-syntax.ts";
export { StructAttr } from "./struct-attr.ts";
export * from "./types.ts";
