/**
 * Scalar code that needs device memory, in a launch of one thread; its results come back through
 * buffers of one element.
 *
 * ```mlir
 * %x = memref.load %a[%i] : memref<8xf32>
 * // becomes
 * %d = gpu.alloc() : memref<f32>
 * gpu.launch_func @f_gpu::@f_scalar blocks in (%c1, …) threads in (%c1, …) args(%a, %i, %d)
 * %h = memref.alloca() : memref<f32>
 * gpu.memcpy %h, %d : memref<f32>, memref<f32>
 * %x = memref.load %h[] : memref<f32>
 * ```
 */
import { Builder, MemRefType, type Operation, type Value } from "@strata/ir";
import { ScalarCopy } from "../scalar-copy.ts";
import { allocate, readBack } from "./device-memory.ts";
import type { Kernels } from "./kernel.ts";

/** Replaces operations that follow each other by a launch of one thread. */
export function launchSerially(ops: readonly Operation[], kernels: Kernels): void {
  const host = Builder.before(ops[0]!);
  const inside = new Set(ops);
  const isUsedOutside = (v: Value): boolean =>
    v.users().some((u) => {
      for (let o: Operation | null = u; o !== null; o = o.parentOp) if (inside.has(o)) return false;
      return true;
    });
  const results = ops.flatMap((op) => op.results).filter(isUsedOutside);
  const buffers = results.map((r) => allocate(host, [], r.type));
  kernels.launch(host, "scalar", { grid: [1, 1, 1], block: [1, 1, 1], isParallel: false }, (k) => {
    const copy = new ScalarCopy(k.code.b, (v) => v);
    for (const op of ops) copy.emitOp(op);
    results.forEach((r, i) => k.code.store(copy.get(r), buffers[i]!, []));
  });
  const values = readBack(host, buffers);
  results.forEach((r, i) => r.replaceAllUsesWith(values[i]!));
  for (const op of [...ops].reverse()) {
    op.dropAllReferences();
    op.erase();
  }
}

/** Whether an operation gives buffers, which a kernel cannot. */
export function givesBuffers(op: Operation): boolean {
  return op.resultTypes.some((t) => t instanceof MemRefType);
}
