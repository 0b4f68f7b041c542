/**
 * `vector` to the LLVM dialect. Vectors of rank 1 are LLVM's; those of higher rank are arrays of
 * such. Memory is accessed by vectors of rank 1 along an innermost dimension of unit stride.
 */
import type { RewritePattern, TypeConverter } from "@strata/rewrite";
import { accessPatterns } from "./lower-to-llvm/access.ts";
import { lanePatterns } from "./lower-to-llvm/lanes.ts";
import { reductionPatterns } from "./lower-to-llvm/reduction.ts";

/** Patterns that convert the operations of the dialect. */
export function vectorToLLVM(converter: TypeConverter): RewritePattern[] {
  return [
    ...accessPatterns(converter),
    ...lanePatterns(converter),
    ...reductionPatterns(converter),
  ];
}
