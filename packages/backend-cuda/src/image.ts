/**
 * Compiled kernels that can be kept: machine code for one architecture, and the host's code.
 *
 * Invariant: an image names the architecture and the compiler it was made with.
 */
import type { GpuTarget } from "@strata/compiler";
import { type EmittedKernel, type EmittedProgram, emitKernels } from "@strata/emit-c";
import { GpuModule } from "@strata/gpu";
import { writeHost } from "@strata/host-program";
import { collect, ModuleOp } from "@strata/ir";
import { cudaFlavour } from "./flavour.ts";

/** A kernel that can be kept. */
export interface CudaImage {
  /** Machine code; empty for a program without kernels. */
  readonly binary: Uint8Array;
  readonly host: string;
  readonly entry: string;
  /** Symbol of the `gpu.module`. */
  readonly module: string;
  readonly kernels: readonly EmittedKernel[];
  /** `sm_90`. */
  readonly architecture: string;
}

/** A program that has not been compiled for a GPU yet. */
export interface EmittedCuda {
  readonly image: Omit<CudaImage, "binary" | "architecture">;
  readonly program: EmittedProgram | undefined;
}

/** Lowers a module of the pattern level, in place, and prints its kernels. */
export async function emitCuda(
  module: unknown,
  entry: string,
  target: GpuTarget,
): Promise<EmittedCuda> {
  if (!(module instanceof ModuleOp)) {
    throw new TypeError("the device `cuda` compiles modules of the pattern level");
  }
  const { lowerTo } = await import("@strata/compiler");
  lowerTo(module, "gpu", target, { verifyEach: false });
  const modules = collect(module, GpuModule);
  if (modules.length > 1) throw new TypeError("the module has more than one `gpu.module`");
  const [only] = modules;
  const program = only && emitKernels(only, cudaFlavour);
  return {
    image: {
      host: writeHost(module),
      entry,
      module: only?.symbolName ?? "",
      kernels: program?.kernels ?? [],
    },
    program,
  };
}
