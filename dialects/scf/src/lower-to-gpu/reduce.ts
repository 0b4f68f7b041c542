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
import { ScalarCopy } from "../lower-to-vector/scalar-copy.ts";
import { Code, type Idx, known } from "./code.ts";
import type { Combiner, CombiningNest } from "./combine.ts";
import { combineBlock } from "./group.ts";
import { allocate, free, readBack } from "./device-memory.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { emitNest, nestExtents } from "./nest.ts";
import { usualBlock } from "./target.ts";

/** Values that a thread combines at least, where there are enough. */
const valuesPerThread = 16;
/** Blocks that one processor is given at most: enough to hide the latency of memory. */
const blocksPerProcessor = 8;

/** Emits the code of one iteration: the values it combines. */
export type Element = (code: Code, position: Idx) => Value[];

/** Lowers a combining nest in front of itself; gives what stands for its results. */
export function lowerReduction(host: Builder, nest: CombiningNest, kernels: Kernels): Value[] {
  const code = new Code(host);
  const { combiner } = nest;
  const extents = nestExtents(code, nest.loops);
  const count = code.product(extents);
  const threads = usualBlock(kernels.target);
  const most = kernels.target.processors * blocksPerProcessor;
  const blocks = code.min(code.max(code.ceilDiv(count, threads * valuesPerThread), 1), most);
  const element: Element = (c, position) => nestElement(c, nest, extents, position);
  const results = combiner.types.map((t) => allocate(host, [], t));
  if (known(blocks) === 1) {
    kernels.launch(host, "reduce", shapeOf(1, threads), (k) => {
      const total = combineStrided(k, combiner, count, element);
      finish(k, nest, total, results);
    });
    return readBack(host, results);
  }
  const parts = combiner.types.map((t) => allocate(host, [blocks], t));
  kernels.launch(host, "partial", shapeOf(blocks, threads), (k) => {
    const total = combineStrided(k, combiner, count, element);
    k.code.if(k.code.compare("eq", k.thread(0), 0), () => {
      total.forEach((v, i) => k.code.store(v, parts[i]!, [k.block(0)]));
    });
  });
  kernels.launch(host, "combine", shapeOf(1, threads), (k) => {
    const total = combineStrided(k, combiner, blocks, (c, i) => parts.map((p) => c.load(p, [i])));
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

/** Combines the values at positions 0 … count: each thread every `threads · blocks`-th. */
export function combineStrided(
  k: Kernel,
  combiner: Combiner,
  count: Idx,
  element: Element,
): Value[] {
  const { code, threads } = k;
  const first = code.add(code.mul(k.block(0), threads), k.thread(0));
  const stride = code.mul(k.blocks(0), threads);
  const mine = code.for(first, count, stride, combiner.neutral(code), (i, carried) =>
    combiner.combine(code, carried, element(code, i)),
  );
  return combineBlock(k, combiner, mine);
}

/** The values that a nest combines at a position in row-major order. */
export function nestElement(
  code: Code,
  nest: CombiningNest,
  extents: readonly Idx[],
  position: Idx,
): Value[] {
  const copy = new ScalarCopy(code.b, (v) => v);
  emitNest(copy, code, nest.loops, extents, position, nest.combining);
  return nest.inputs.map((v) => copy.get(v));
}
