/** What the pipelines ask of a target. */
import type { VectorTarget } from "@strata/scf/lower-to-vector";

/** A machine, as far as lowering depends on it. */
export interface TargetModel extends VectorTarget {
  readonly name: string;
  /** Run neighbouring nests over the same rows as one, which caches like. */
  readonly fusesLoops?: boolean;
}

/** WebAssembly with 128-bit SIMD; engines map it to the 16 registers of SSE or the 32 of NEON. */
export const wasmTarget: TargetModel = {
  name: "wasm",
  vectorBits: 128,
  vectorRegisters: 16,
  hasNarrowFloats: true,
};

/** A 64-bit machine with 256-bit vectors. */
export const hostTarget: TargetModel = {
  name: "host",
  fusesLoops: true,
  vectorBits: 256,
  vectorRegisters: 16,
  hasNarrowFloats: false,
};
