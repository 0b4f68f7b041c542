/**
 * Reductions of a whole nest, in two launches: every thread combines many values, every block
 * combines those of its threads, and one more block combines the results of the blocks.
 *
 * ```mlir
 * %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %zero) -> (f32) { … }
 * // becomes
 * %parts = gpu.alloc(%blocks) : memref<?xf32>
 * gpu.launch_func @f_gpu::@f_partial blocks in (%blocks, …) threads in (%c256, …) args(…, %parts)
 * gpu.launch_func @f_gpu::@f_combine blocks in (%c1, …) threads in (%c256, …) args(%parts, %sum)
 * ```
 */
import type { Builder, Value } from "@strata/ir";
import { Code, type Idx, known } from "./code.ts";
import type { Combiner, CombiningNest } from "./combine.ts";
import { combineBlock } from "./group.ts";
import { allocate, free, readBack } from "./device-memory.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { nestExtents } from "./nest.ts";
import { combineShare } from "./span.ts";
import { usualBlock } from "./target.ts";

/** Values that a thread combines at least, where there are enough. */
const valuesPerThread = 16;
/** Blocks that one processor is given at most: enough to hide the latency of memory. */
const blocksPerProcessor = 8;

/** Lowers a combining nest in front of itself; gives what stands for its results. */
export function lowerReduction(host: Builder, nest: CombiningNest, kernels: Kernels): Value[] {
  const code = new Code(host);
  const { combiner } = nest;
  const extents = nestExtents(code, nest.loops);
  const count = code.product(extents);
  const threads = usualBlock(kernels.target);
  const most = kernels.target.processors * blocksPerProcessor;
  const blocks = code.min(code.max(code.ceilDiv(count, threads * valuesPerThread), 1), most);
  const results = combiner.types.map((t) => allocate(host, [], t));
  if (known(blocks) === 1) {
    kernels.launch(host, "reduce", shapeOf(1, threads), (k) => {
      const total = combineNest(k, nest, extents);
      finish(k, nest, total, results);
    });
    return readBack(host, results);
  }
  const parts = combiner.types.map((t) => allocate(host, [blocks], t));
  kernels.launch(host, "partial", shapeOf(blocks, threads), (k) => {
    const total = combineNest(k, nest, extents);
    k.code.if(k.code.compare("eq", k.thread(0), 0), () => {
      total.forEach((v, i) => k.code.store(v, parts[i]!, [k.block(0)]));
    });
  });
  kernels.launch(host, "combine", shapeOf(1, threads), (k) => {
    const total = combineBuffers(k, combiner, blocks, parts);
    finish(k, nest, total, results);
  });
  parts.forEach((p) => free(host, p));
  return readBack(host, results);
}

const shapeOf = (
  blocks: Idx,
  threads: number,
): { grid: [Idx, 1, 1]; block: [number, 1, 1]; isParallel: true } => ({
  grid: [blocks, 1, 1],
  block: [threads, 1, 1],
  isParallel: true,
});

/** Thread 0 stores the results. */
function finish(
  k: Kernel,
  nest: CombiningNest,
  total: readonly Value[],
  results: readonly Value[],
): void {
  const { code } = k;
  k.code.if(code.compare("eq", k.thread(0), 0), () => {
    const all = nest.combiner.initIsNeutral
      ? total
      : nest.combiner.combine(code, nest.inits, total);
    all.forEach((v, i) => code.store(v, results[i]!, []));
  });
}

/** Combines the values of a buffer, each thread every `threads`-th. */
function combineBuffers(
  k: Kernel,
  combiner: Combiner,
  count: Idx,
  parts: readonly Value[],
): Value[] {
  const { code, threads } = k;
  const mine = code.for(k.thread(0), count, threads, combiner.neutral(code), (i, carried) =>
    combiner.combine(
      code,
      carried,
      parts.map((p) => code.load(p, [i])),
    ),
  );
  return combineBlock(k, combiner, mine);
}

/** Combines the values of a nest, each thread of the grid a part. */
function combineNest(k: Kernel, nest: CombiningNest, extents: readonly Idx[]): Value[] {
  const { code, threads } = k;
  const first = code.add(code.mul(k.block(0), threads), k.thread(0));
  const stride = code.mul(k.blocks(0), threads);
  return combineBlock(k, nest.combiner, combineShare(code, nest, extents, { first, stride }));
}
