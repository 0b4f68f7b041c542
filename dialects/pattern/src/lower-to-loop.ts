/**
 * Pattern → loop: patterns on tensors become `scf` loops on memrefs. Functions take their tensor
 * results as trailing memref parameters; scalar results are returned.
 *
 * ```mlir
 * func.func @f(%u: tensor<8xf32>) -> tensor<8xf32> {
 *   %0 = pattern.map ins(%u : tensor<8xf32>) -> tensor<8xf32> { ^bb0(%x: f32, %i: index): … }
 *   return %0 : tensor<8xf32>
 * }
 * // becomes
 * func.func @f(%u: memref<8xf32>, %out: memref<8xf32>) {
 *   scf.parallel (%i) = (%c0) to (%c8) step (%c1) {
 *     %x = memref.load %u[%i] : memref<8xf32>
 *     …
 *     memref.store %y, %out[%i] : memref<8xf32>
 *   }
 *   return
 * }
 * ```
 */
import { FuncOp } from "@strata/func";
import type { ModuleOp } from "@strata/ir";
import { lowerFunction } from "./lower-to-loop/function.ts";

export { bufferType } from "./lower-to-loop/function.ts";

/** Lowers every function of a module in place. */
export function lowerPatternToLoop(module: ModuleOp): void {
  for (const op of module.ops()) if (op instanceof FuncOp) lowerFunction(op);
}
