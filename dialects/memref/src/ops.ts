/**
 * Operations of the memref dialect: buffers and accesses to them, named and written as MLIR's.
 * A memref without a layout is row-major and dense.
 */
export * from "./ops/access.ts";
export {
  Alloc,
  Alloca,
  AllocaScope,
  AllocaScopeReturn,
  Dealloc,
  layoutSymbols,
  Realloc,
} from "./ops/allocation.ts";
export * from "./ops/atomic.ts";
export * from "./ops/dma.ts";
export * from "./ops/global.ts";
export * from "./ops/reshape.ts";
export * from "./ops/views.ts";
