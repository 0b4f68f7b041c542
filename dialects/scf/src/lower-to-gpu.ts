/**
 * Loop → gpu: parallel loops, reductions, scans and histograms become kernels in a `gpu.module`;
 * the function stays as the host's program, which allocates, launches and copies.
 *
 * ```mlir
 * func.func @twice(%x: memref<?xf32>, %out: memref<?xf32>) {
 *   scf.parallel (%i) = (%c0) to (%n) step (%c1) { … }
 *   return
 * }
 * // becomes
 * func.func @twice(%x: memref<?xf32>, %out: memref<?xf32>) {
 *   gpu.launch_func @twice_gpu::@twice_out blocks in (…) threads in (…) args(%x, %out, %n)
 *   return
 * }
 * gpu.module @twice_gpu { gpu.func @twice_out(…) kernel { … } }
 * ```
 */
import * as func from "@strata/func";
import { type ModuleOp, UnitAttr } from "@strata/ir";
import { lowerHostFunction } from "./lower-to-gpu/host.ts";
import type { OnGpuRemark } from "./lower-to-gpu/remark.ts";
import type { GpuTarget } from "./lower-to-gpu/target.ts";

export type { GpuForm, GpuRemark } from "./lower-to-gpu/remark.ts";
export { cudaTarget, type GpuTarget, openclTarget } from "./lower-to-gpu/target.ts";

/** Lowers all functions of a module of the loop level in place; `remark` hears of each loop. */
export function lowerLoopsToGpu(
  module: ModuleOp,
  target: GpuTarget,
  remark: OnGpuRemark = () => {},
): void {
  const own = [...module.ops()];
  for (const op of own) {
    if (op instanceof func.FuncOp && !op.isDeclaration) lowerHostFunction(op, target, remark);
  }
  module.setAttr("gpu.container_module", UnitAttr.instance);
}
