/** What the compiler is told of a GPU. */
import type { GpuTarget } from "@strata/compiler";
import type { GpuFacts } from "./platform.ts";

/** The model of a GPU. */
export function gpuTargetOf(facts: GpuFacts): GpuTarget {
  return {
    name: "cuda",
    warpSize: facts.warpSize,
    hasShuffle: true,
    maxThreadsPerBlock: facts.maxThreadsPerBlock,
    sharedBytes: facts.sharedBytesPerBlock,
    sharedBytesPerProcessor: facts.sharedBytesPerMultiprocessor,
    registersPerProcessor: facts.registersPerMultiprocessor,
    maxThreadsPerProcessor: facts.maxThreadsPerMultiprocessor,
    processors: facts.multiprocessors,
    bandwidth: facts.bandwidth,
    ...(facts.l2Bytes > 0 ? { cacheBytes: facts.l2Bytes } : {}),
    flops: facts.flops,
    launchSeconds: 3e-6,
    hasWideAtomics: true,
    hasFloatAtomics: facts.compute >= 60,
  };
}
