/**
 * Specialization: from the text of a kernel and actual arguments to code that runs on a device.
 *
 * Invariant: importing this module loads neither the front end, nor the compiler, nor a device.
 */
import {
  assembleResults,
  type BoundArguments,
  type Device,
  type HostValue,
  isBuffer,
  type KernelOutcome,
  launchToHost,
} from "@strata/runtime";
import type { KernelSignature, SourceFile } from "@strata/support";
import type { AutoChoice } from "./auto/choose.ts";
import type { CompiledKernel } from "./compile-kernel.ts";
import { registerDevices } from "./device-list.ts";
import { type Kernel, openKernel, type OpenOptions } from "./open-kernel.ts";

export type { AutoChoice } from "./auto/choose.ts";
export type { CodeStore } from "./code-cache.ts";
export { emitPattern, explainKernel, type CompiledKernel } from "./compile-kernel.ts";
export { registerDevices } from "./device-list.ts";
export { expectVectorLevel, readSchedule, recordSchedule, type Schedule } from "./schedule.ts";
export { Kernel, openKernel, type OpenOptions } from "./open-kernel.ts";

/** How `specialize` runs a kernel. */
export interface SpecializeOptions extends OpenOptions {
  /**
   * A device, or the name of one: `wasm`, `llvm`, `cuda:1`. With `auto`, the default, each run takes
   * the device on which it is estimated to be done first, copies included.
   */
  readonly device?: Device | string;
}

/** The name of the device that `auto` takes for a run, and why. */
export async function chooseDeviceFor(
  kernel: Kernel,
  args: BoundArguments,
  store?: OpenOptions["store"],
): Promise<AutoChoice> {
  const resident = residenceOf(args);
  if (resident !== undefined) {
    const { name } = resident;
    return { name, reasons: [`device: ${name}, taken by auto: an argument is in its memory`] };
  }
  const [registry, { chooseAutomatically }] = await Promise.all([
    registerDevices(),
    import("./auto/choose.ts"),
  ]);
  return chooseAutomatically(registry, kernel, args, store);
}

/** The device of an argument that has one. */
function residenceOf(args: BoundArguments): Device | undefined {
  for (const v of args.values)
    if (v.kind === "tensor" && isBuffer(v.source)) return v.source.device;
  return undefined;
}

/** A kernel on a device, compiled for each set of extents that it meets. */
export class SpecializedKernel {
  readonly kernel: Kernel;
  /** The device of all runs; undefined where each run takes its own. */
  readonly device: Device | undefined;
  readonly #store: OpenOptions["store"];

  constructor(kernel: Kernel, device: Device | undefined, store?: OpenOptions["store"]) {
    this.kernel = kernel;
    this.device = device;
    this.#store = store;
  }

  get signature(): KernelSignature {
    return this.kernel.signature;
  }

  /** Why a run with these arguments goes to which device. */
  async explain(args: Readonly<Record<string, unknown>>): Promise<AutoChoice> {
    const { device } = this;
    if (device !== undefined) {
      return { name: device.name, reasons: [`device: ${device.name}, as asked for`] };
    }
    return chooseDeviceFor(this.kernel, this.kernel.bind(args), this.#store);
  }

  /** Compiles, if need be, for the extents of arguments. */
  async prepare(args: Readonly<Record<string, unknown>>): Promise<CompiledKernel> {
    return (await this.#compile(args)).compiled;
  }

  /** Runs on arguments by name; one value, or an object of them by name. */
  async run(args: Readonly<Record<string, unknown>>): Promise<KernelOutcome<HostValue>> {
    const { bound, compiled } = await this.#compile(args);
    return assembleResults(this.signature, await launchToHost(compiled.executable, bound));
  }

  async #deviceFor(args: BoundArguments): Promise<Device> {
    const resident = residenceOf(args);
    if (resident !== undefined) return resident;
    const { name } = await chooseDeviceFor(this.kernel, args, this.#store);
    return (await registerDevices()).open(name);
  }

  async #compile(
    args: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly bound: BoundArguments; readonly compiled: CompiledKernel }> {
    const { kernel } = this;
    const device = this.device ?? (await this.#deviceFor(kernel.bind(args)));
    const bound = kernel.bind(args, device);
    return { bound, compiled: await kernel.compile(device, bound) };
  }
}

/** The kernel of a text, ready to be run on a device. */
export async function specialize(
  source: SourceFile | string,
  options: SpecializeOptions = {},
): Promise<SpecializedKernel> {
  const { device = "auto" } = options;
  const named = typeof device === "string" && device !== "auto";
  const opened = named ? await (await registerDevices()).open(device) : device;
  const fixed = typeof opened === "string" ? undefined : opened;
  return new SpecializedKernel(await openKernel(source, options), fixed, options.store);
}
