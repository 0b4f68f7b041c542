/** What the lowering to GPUs asks of a machine. */

/** A GPU, as far as choices depend on it. */
export interface GpuTarget {
  readonly name: string;
  /** Threads that run in step; a power of two. */
  readonly warpSize: number;
  /** Whether the threads of a warp can exchange registers. */
  readonly hasShuffle: boolean;
  readonly maxThreadsPerBlock: number;
  /** Bytes of memory that a block shares. */
  readonly sharedBytes: number;
  /** Bytes of such memory on one processor. */
  readonly sharedBytesPerProcessor: number;
  /** 32-bit registers of one processor. */
  readonly registersPerProcessor: number;
  readonly maxThreadsPerProcessor: number;
  /** Processors that run blocks (SMs, compute units). */
  readonly processors: number;
  /** Bytes per second between device memory and processors. */
  readonly bandwidth: number;
  /** Bytes of the cache between device memory and all processors; unknown: taken as large. */
  readonly cacheBytes?: number;
  /** f32 operations per second. */
  readonly flops: number;
  /** Seconds that one launch takes at least. */
  readonly launchSeconds: number;
  /** Atomic operations on 64-bit integers. */
  readonly hasWideAtomics: boolean;
  /** Atomic additions of f32 and f64. */
  readonly hasFloatAtomics: boolean;
}

/** An H200: 132 processors, HBM3e. */
export const cudaTarget: GpuTarget = {
  name: "cuda",
  warpSize: 32,
  hasShuffle: true,
  maxThreadsPerBlock: 1024,
  sharedBytes: 48 * 1024,
  sharedBytesPerProcessor: 228 * 1024,
  registersPerProcessor: 65536,
  maxThreadsPerProcessor: 2048,
  processors: 132,
  bandwidth: 4.8e12,
  cacheBytes: 50 * 2 ** 20,
  flops: 6.7e13,
  launchSeconds: 3e-6,
  hasWideAtomics: true,
  hasFloatAtomics: true,
};

/** What any OpenCL device offers: no exchange of registers, 32 KiB shared by a block. */
export const openclTarget: GpuTarget = {
  name: "opencl",
  warpSize: 32,
  hasShuffle: false,
  maxThreadsPerBlock: 256,
  sharedBytes: 32 * 1024,
  sharedBytesPerProcessor: 64 * 1024,
  registersPerProcessor: 65536,
  maxThreadsPerProcessor: 1024,
  processors: 16,
  bandwidth: 2e11,
  flops: 2e12,
  launchSeconds: 1e-5,
  hasWideAtomics: false,
  hasFloatAtomics: false,
};

/** Threads that fill the machine. */
export function residentThreads(target: GpuTarget): number {
  return target.processors * target.maxThreadsPerProcessor;
}

/** The largest power of two that is at most `wanted` and what a block may have. */
export function threadsAtMost(target: GpuTarget, wanted: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(wanted, target.maxThreadsPerBlock))));
}

/** Threads of an ordinary block: a multiple of the warp that several of which fit a processor. */
export function usualBlock(target: GpuTarget): number {
  return threadsAtMost(target, 256);
}
