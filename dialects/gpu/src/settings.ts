/** How kernels are interpreted. */

/** What may be chosen of the interpreted GPU. */
export interface GpuSettings {
  /** Lanes of a subgroup; 32 by default. */
  readonly subgroupSize?: number;
  /** Most threads of a block; 1024 by default. */
  readonly maxBlockThreads?: number;
  /** Whether accesses that race end the run; they do by default. */
  readonly checkRaces?: boolean;
  /** Runs blocks, and the threads of a block between barriers, in a random order of this seed. */
  readonly seed?: number | undefined;
  /** Whether kernels may access only memory of the device: made by `gpu.alloc` or registered. */
  readonly checkMemory?: boolean;
  /** Runs asynchronous operations as late as their tokens allow, so that a missing wait shows. */
  readonly lateAsync?: boolean;
}

export const defaultSettings: Required<GpuSettings> = {
  subgroupSize: 32,
  maxBlockThreads: 1024,
  checkRaces: true,
  seed: undefined,
  checkMemory: false,
  lateAsync: false,
};
