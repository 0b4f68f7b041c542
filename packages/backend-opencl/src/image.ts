/**
 * Compiled kernels that can be kept: the device's code, the source it was built from, the host's code.
 *
 * Invariant: an image names the device and the driver that it was made for; another one refuses it.
 */
import type { GpuTarget } from "@strata/compiler";
import {
  type EmittedKernel,
  type EmittedProgram,
  emitKernels,
  type LineOrigin,
} from "@strata/emit-c";
import { GpuModule } from "@strata/gpu";
import { writeHost } from "@strata/host-program";
import { collect, ModuleOp } from "@strata/ir";
import { lacksFeature } from "./errors.ts";
import { type OpenClDialect, openClFlavour } from "./flavour.ts";
import type { DeviceFacts } from "./platform.ts";
import { buildOptions } from "./program.ts";
import { gpuTargetOf } from "./target.ts";

/** A kernel that can be kept. */
export interface OpenClImage {
  /** The program as the driver keeps it; empty where it does not. */
  readonly binary: Uint8Array;
  readonly source: string;
  readonly host: string;
  readonly entry: string;
  /** Symbol of the `gpu.module`. */
  readonly module: string;
  readonly kernels: readonly EmittedKernel[];
  /** The device and the driver. */
  readonly device: string;
}

/** What an image is bound to. */
export function identityOf(facts: DeviceFacts): string {
  const { name, version, driver, platformName } = facts;
  return [platformName, name, version, driver, buildOptions(facts.exactDivision)].join("; ");
}

/** An image whose program has not been built. */
export interface Emitted {
  readonly image: Omit<OpenClImage, "binary">;
  readonly origins: readonly (LineOrigin | undefined)[];
}

/** Lowers a module of the pattern level, in place, and prints its kernels for a device. */
export async function emitForDevice(
  module: unknown,
  entry: string,
  facts: DeviceFacts,
): Promise<Emitted> {
  const emitted = await emitOpenCl(module, entry, gpuTargetOf(facts), facts);
  if (emitted.program !== undefined) checkFeatures(emitted.program.features, facts);
  return {
    image: { ...emitted.image, device: identityOf(facts) },
    origins: emitted.program?.origins ?? [],
  };
}

/** Lowers a module of the pattern level, in place, and prints its kernels. */
export async function emitOpenCl(
  module: unknown,
  entry: string,
  target: GpuTarget,
  dialect: OpenClDialect,
): Promise<{
  readonly image: Omit<OpenClImage, "binary" | "device">;
  readonly program: EmittedProgram | undefined;
}> {
  if (!(module instanceof ModuleOp)) {
    throw new TypeError("the device `opencl` compiles modules of the pattern level");
  }
  const { lowerTo } = await import("@strata/compiler");
  lowerTo(module, "gpu", target, { verifyEach: false });
  const modules = collect(module, GpuModule);
  if (modules.length > 1) throw new TypeError("the module has more than one `gpu.module`");
  const [only] = modules;
  const program = only && emitKernels(only, openClFlavour(dialect));
  const image = {
    source: program?.source ?? "",
    host: writeHost(module),
    entry,
    module: only?.symbolName ?? "",
    kernels: program?.kernels ?? [],
  };
  return { image, program };
}

function checkFeatures(features: ReadonlySet<string>, facts: DeviceFacts): void {
  if (features.has("fp64") && !facts.hasFp64) {
    throw lacksFeature(facts.name, "64-bit floats (cl_khr_fp64)", "use f32, or another device");
  }
  for (const [feature, extension] of [
    ["int64-atomics", "cl_khr_int64_base_atomics"],
    ["int64-extended-atomics", "cl_khr_int64_extended_atomics"],
  ] as const) {
    if (!features.has(feature) || facts.extensions.has(extension)) continue;
    throw lacksFeature(
      facts.name,
      `64-bit atomic operations (${extension})`,
      "use elements of 32 bits, or another device",
    );
  }
}
