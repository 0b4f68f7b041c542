/**
 * `memref` to the LLVM dialect. A memref is the pointer to its first element with its dynamic
 * extents and, where it is not dense, its dynamic strides. Buffers on the heap are aligned to 64
 * bytes and released with `free`; those of static size on the stack are made on entry.
 */
import type { RewritePattern, TypeConverter } from "@strata/rewrite";
import { accessPatterns } from "./lower-to-llvm/access.ts";
import { allocationPatterns } from "./lower-to-llvm/allocation.ts";
import { atomicPatterns } from "./lower-to-llvm/atomic.ts";
import { globalPatterns } from "./lower-to-llvm/global.ts";
import { viewPatterns } from "./lower-to-llvm/views.ts";

export { heapAlignment } from "./lower-to-llvm/shared.ts";

/** Patterns that convert the operations of the dialect on ranked memrefs with strides. */
export function memrefToLLVM(converter: TypeConverter): RewritePattern[] {
  return [
    ...accessPatterns(converter),
    ...allocationPatterns(converter),
    ...viewPatterns(converter),
    ...atomicPatterns(converter),
    ...globalPatterns(converter),
  ];
}
