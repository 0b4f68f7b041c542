/**
 * From `--device` to a device.
 *
 * Invariant: no device stands in for another unasked; what `auto` takes, and why, can be told.
 */
import {
  chooseDeviceFor,
  type CodeStore,
  type Kernel,
  registerDevices,
} from "@strata/kernel/specialize";
import type { BoundArguments, Device } from "@strata/runtime";
import { DiagnosticError, didYouMean } from "@strata/support";
import { EnvironmentError, environmentError, usageError } from "./failures.ts";
import { parseCount } from "./option-values.ts";

/** A device with the reasons for it. */
export interface DeviceChoice {
  readonly device: Device;
  readonly reasons: readonly string[];
}

/** The device for a run that `--device` leaves open. */
export async function chooseFor(
  kernel: Kernel,
  args: BoundArguments,
  store: CodeStore | undefined,
): Promise<DeviceChoice> {
  const { name, reasons } = await chooseDeviceFor(kernel, args, store);
  const opened = await tryOpenDevice(name);
  if (opened === undefined) throw new Error("a choice is a device");
  return { device: opened.device, reasons };
}

/** Opens the device that a user names; undefined for `auto`, which depends on the run. */
export async function tryOpenDevice(name: string): Promise<DeviceChoice | undefined> {
  if (name === "auto") return undefined;
  const registry = await registerDevices();
  const known = ["auto", ...registry.providers().map((one) => one.name)];
  const family = name.split(":", 1)[0] ?? name;
  const provider = registry.providers().find((one) => one.name === family);
  if (provider === undefined) {
    throw usageError("runtime.unknown-device", `there is no device "${name}"`, {
      notes: [{ message: `known devices: ${known.join(", ")}` }],
      hint: didYouMean(family, known) ?? "`kernelc devices` lists what this machine has",
    });
  }
  const found = await provider.probe();
  if (!found.available) {
    throw environmentError(
      "runtime.device-unavailable",
      `device ${name} is not available: ${found.reason}`,
      { hint: found.hint },
    );
  }
  const index = indexOf(name);
  if (index === undefined || index >= found.count) {
    const message = `there is no device "${name}": ${family} has ${found.count}`;
    throw usageError("runtime.device-index", message, {
      hint: `write ${family} or a number from ${family}:0 to ${family}:${found.count - 1}`,
    });
  }
  const device = await provider.open(index);
  return { device, reasons: [`device: ${name}, as asked for`] };
}

/** The number behind the colon, 0 without one; undefined where there is no number. */
function indexOf(spec: string): number | undefined {
  const colon = spec.indexOf(":");
  if (colon < 0) return 0;
  const digits = spec.slice(colon + 1);
  return /^\d{1,4}$/.test(digits) ? Number(digits) : undefined;
}

/**
 * The number of threads to use; refuses a number that the device, where it is known, has no use for.
 */
export function expectThreads(text: string | undefined, device: Device | undefined): number {
  if (text === undefined) return device?.threads ?? 1;
  const threads = parseCount("--threads", text);
  if (device?.useThreads !== undefined) return useThreads(device, threads);
  if (threads === 1 || device === undefined) return threads;
  throw usageError("cli.threads", `device ${device.name} runs on one thread`, {
    hint: "leave --threads out, or take --device llvm",
  });
}

/** What stands for more than one thread may not be installed. */
function useThreads(device: Device, threads: number): number {
  try {
    return device.useThreads?.(threads) ?? 1;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const isLacking = error.diagnostics.some(({ code }) => code === "llvm.openmp-missing");
    throw isLacking ? new EnvironmentError(error.diagnostics) : error;
  }
}
