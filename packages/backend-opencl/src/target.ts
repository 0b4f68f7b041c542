/** What the compiler is told of an OpenCL device. */
import type { GpuTarget } from "@strata/compiler";
import type { DeviceFacts } from "./platform.ts";

/** Threads of a block: more than this gains nothing on any device. */
const LARGEST_BLOCK = 256;

/** The same for processors, whose compilers unroll blocks. */
const LARGEST_CPU_BLOCK = 64;

/** The model of a device. */
export function gpuTargetOf(facts: DeviceFacts): GpuTarget {
  const isGpu = facts.kind === "gpu";
  const largest = facts.kind === "cpu" ? LARGEST_CPU_BLOCK : LARGEST_BLOCK;
  const wideAtomics =
    facts.extensions.has("cl_khr_int64_base_atomics") &&
    facts.extensions.has("cl_khr_int64_extended_atomics");
  return {
    name: "opencl",
    warpSize: 32,
    hasShuffle: false,
    maxThreadsPerBlock: Math.min(largest, facts.maxWorkGroup, facts.maxWorkItems[0] ?? largest),
    sharedBytes: facts.localBytes,
    sharedBytesPerProcessor: facts.localBytes,
    registersPerProcessor: 65536,
    maxThreadsPerProcessor: isGpu ? 2048 : largest,
    processors: facts.computeUnits,
    bandwidth: isGpu ? 1e12 : 2e10,
    flops: isGpu ? 1e13 : 1e10 * facts.computeUnits,
    launchSeconds: isGpu ? 5e-6 : 2e-5,
    hasWideAtomics: wideAtomics,
    hasFloatAtomics: wideAtomics,
  };
}
