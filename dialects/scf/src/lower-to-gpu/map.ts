/**
 * Parallel loops, one thread for each point.
 *
 * ```mlir
 * scf.parallel (%i) = (%c0) to (%n) step (%c1) { … }
 * // becomes
 * %blocks = … ⌈n / 256⌉
 * gpu.launch_func @f_gpu::@f_out blocks in (%blocks, …) threads in (%c256, …) args(…)
 * gpu.func @f_out(…) kernel {
 *   %i = block_id · 256 + thread_id
 *   scf.if (%i < %n) { … }
 * }
 * ```
 */
import { type Builder, nameHintOf, walk } from "@strata/ir";
import * as memref from "@strata/memref";
import { ScalarCopy } from "../lower-to-vector/scalar-copy.ts";
import type { Parallel } from "../ops.ts";
import { Code, type Idx, known } from "./code.ts";
import {
  domainOf,
  gridExtents,
  gridFor,
  inductionAt,
  overTiles,
  parallelShape,
  unfold,
} from "./domain.ts";
import type { Kernels } from "./kernel.ts";
import { usualBlock } from "./target.ts";

/** A name for the kernel of a loop: that of a buffer it writes. */
export function kernelHint(op: Parallel): string {
  let hint: string | undefined;
  walk(op, (o) => {
    if (o instanceof memref.Store) hint ??= nameHintOf(o.memref);
  });
  return hint ?? "map";
}

/** The smallest power of two that is not below `n`. */
export function powerOfTwo(n: number): number {
  let p = 1;
  while (p < n) p *= 2;
  return p;
}

/** Threads of a block along x and y: along x as far as there are points. */
export function blockShape(threads: number, extents: readonly Idx[]): [number, number, 1] {
  if (extents.length === 1) return [threads, 1, 1];
  const n = known(extents[extents.length - 1]!);
  const x = n === undefined ? Math.min(64, threads) : Math.min(threads, powerOfTwo(Math.max(n, 1)));
  return [x, threads / x, 1];
}

/** Lowers a parallel loop in front of itself. */
export function lowerMap(host: Builder, op: Parallel, kernels: Kernels): void {
  const code = new Code(host);
  const domain = domainOf(code, op);
  const block = blockShape(usualBlock(kernels.target), domain.extents);
  const all = gridExtents(code, domain.extents);
  const grid = gridFor(code, all, block);
  kernels.launch(host, kernelHint(op), parallelShape(grid, block), (k) => {
    const inner = k.code;
    const x = inner.add(inner.mul(k.block(0), block[0]), k.thread(0));
    overTiles(k, 2, all[2], 1, (z) => {
      overTiles(k, 1, all[1], block[1], (y0) => {
        const y = inner.add(y0, k.thread(1));
        const conditions = [inner.compare("slt", x, all[0])];
        if (block[1] > 1) conditions.push(inner.compare("slt", y, all[1]));
        inner.if(inner.all(conditions), () => {
          const copy = new ScalarCopy(inner.b, (v) => v);
          unfold(inner, domain.extents, x, y, z).forEach((p, d) => {
            copy.define(op.inductionVars[d]!, inductionAt(inner, domain, d, p));
          });
          copy.emit(op.body);
        });
      });
    });
  });
}
