/**
 * What `auto` stands for: the device whose time for this run, copies included, is estimated least.
 *
 * Invariants: costs are measured on this machine and kept; a small run is not worth measuring or
 * starting anything, so it takes the device that is always there; the reasons say every time why.
 */
import type {
  Availability,
  BoundArguments,
  Device,
  DeviceLimits,
  DeviceProvider,
  DeviceRegistry,
} from "@strata/runtime";
import { byteCount, cacheKey, type CacheKey } from "@strata/runtime";
import { DiagnosticError, encodeUtf8, tryDecodeUtf8 } from "@strata/support";
import type { CodeStore } from "../code-cache.ts";
import { emitPattern } from "../compile-kernel.ts";
import type { Kernel } from "../open-kernel.ts";
import { type DeviceCosts, measureDevice } from "./device-costs.ts";
import { type Estimate, estimateRun } from "./estimate.ts";
import { countWork, type Work } from "./work.ts";

/** The device that needs nothing but this process. */
export const EMBEDDED_DEVICE = "wasm";

/** Devices that `auto` never takes: the reference is for meaning, not for speed. */
const NEVER = new Set(["interpreter"]);

/** Below this, in seconds, on the embedded device, nothing else is started. */
const SMALL = 0.05;

/** What the embedded device does at least; used only to tell small runs from others. */
const MODEST: DeviceCosts = {
  launchSeconds: 2e-5,
  toDevice: 2e9,
  fromDevice: 2e9,
  bandwidth: 4e9,
  flops: 2e9,
};

/** A choice with its reasons, one line each. */
export interface AutoChoice {
  readonly name: string;
  readonly reasons: readonly string[];
}

/** Chooses among the devices of a registry for one run. */
export async function chooseAutomatically(
  registry: DeviceRegistry,
  kernel: Kernel,
  args: BoundArguments,
  store?: CodeStore,
): Promise<AutoChoice> {
  const work = await workOf(kernel, args);
  const asked = describeWork(work);
  const small = estimateRun(work, MODEST).total;
  if (small < SMALL) {
    return {
      name: EMBEDDED_DEVICE,
      reasons: [
        `device: ${EMBEDDED_DEVICE}, taken by auto: the run is small (${asked}),`,
        "  no other device would be ready before it is done",
      ],
    };
  }
  const lines: string[] = [];
  let best: { readonly name: string; readonly estimate: Estimate } | undefined;
  for (const provider of registry.providers()) {
    if (NEVER.has(provider.name)) continue;
    const found = await provider.probe();
    if (!found.available) {
      lines.push(`  ${provider.name}: ${found.reason}`);
      continue;
    }
    const costs = await costsOf(provider, found, store);
    if (costs instanceof DiagnosticError) {
      lines.push(`  ${provider.name}: ${costs.message}`);
      continue;
    }
    if (!fits(args, costs.limits)) {
      lines.push(`  ${provider.name}: its memory does not hold the arguments and results`);
      continue;
    }
    const estimate = estimateRun(work, costs);
    lines.push(`  ${provider.name}: ${describeEstimate(estimate)}`);
    if (best === undefined || estimate.total < best.estimate.total) {
      best = { name: provider.name, estimate };
    }
  }
  const name = best?.name ?? EMBEDDED_DEVICE;
  const guess = work.exact ? "" : "; loops that depend on values count as one step";
  return {
    name,
    reasons: [
      `device: ${name}, taken by auto: least estimated time for ${asked}${guess}`,
      ...lines,
    ],
  };
}

/** What a kernel does with arguments: their extents and whole numbers are taken as they are. */
export async function workOf(kernel: Kernel, args: BoundArguments): Promise<Work> {
  const [{ hostTarget, lowerTo }, { fixIntegers }, { canonicalizeIn }] = await Promise.all([
    import("@strata/compiler"),
    import("./fix-integers.ts"),
    import("@strata/transforms"),
  ]);
  const module = await emitPattern(await kernel.syntax(), kernel.name, args.dims);
  fixIntegers(module, kernel.name, args);
  lowerTo(module, "loop", hostTarget, { verifyEach: false });
  canonicalizeIn(module);
  return countWork(module, kernel.name, args);
}

interface Known extends DeviceCosts {
  readonly limits: DeviceLimits;
}

/** Whether a device holds every tensor of a run, and all together. */
function fits(args: BoundArguments, { maxBufferBytes, maxTotalBytes }: DeviceLimits): boolean {
  let total = 0;
  for (const one of [...args.values, ...args.results]) {
    if (one.kind !== "tensor") continue;
    const bytes = byteCount(one.dtype, one.shape);
    if (bytes > maxBufferBytes) return false;
    total += bytes;
  }
  return total <= maxTotalBytes;
}

async function costsOf(
  provider: DeviceProvider,
  found: Availability,
  store: CodeStore | undefined,
): Promise<Known | DiagnosticError> {
  try {
    const device = await provider.open(0);
    try {
      const key = costKey(device, found, store);
      const kept = await store?.cache.get(key);
      const known = kept === undefined ? undefined : tryReadCosts(kept);
      const { limits } = device;
      if (known !== undefined) return { ...known, limits };
      const costs = await measureDevice(device);
      await store?.cache.put(key, encodeUtf8(JSON.stringify(costs)));
      return { ...costs, limits };
    } finally {
      device.close();
    }
  } catch (error) {
    // A device that cannot do this is not chosen, and the reason is told.
    if (error instanceof DiagnosticError) return error;
    throw error;
  }
}

/** Costs hold for a device as it describes itself, and for a version of the compiler. */
function costKey(device: Device, found: Availability, store: CodeStore | undefined): CacheKey {
  const { properties } = device.describe();
  const { usedBytes: _, ...facts } = properties;
  return cacheKey([
    { name: "entry", value: "device-costs" },
    { name: "device", value: device.kind },
    { name: "count", value: found.available ? String(found.count) : "0" },
    { name: "properties", value: JSON.stringify(facts) },
    { name: "toolchain", value: store?.toolchain ?? "" },
  ]);
}

function tryReadCosts(bytes: Uint8Array): DeviceCosts | undefined {
  let read: unknown;
  try {
    read = JSON.parse(tryDecodeUtf8(bytes) ?? "");
  } catch {
    return undefined;
  }
  if (typeof read !== "object" || read === null) return undefined;
  const facts: Readonly<Record<string, unknown>> = { ...read };
  const rate = (name: keyof DeviceCosts): number => Number(facts[name]);
  const costs: DeviceCosts = {
    launchSeconds: rate("launchSeconds"),
    toDevice: rate("toDevice"),
    fromDevice: rate("fromDevice"),
    bandwidth: rate("bandwidth"),
    flops: rate("flops"),
  };
  return Object.values(costs).every((n) => Number.isFinite(n) && n > 0) ? costs : undefined;
}

function describeWork(work: Work): string {
  const copied = amount(work.bytesIn + work.bytesOut, "B");
  return `${amount(work.flops, "flop")}, ${amount(work.traffic, "B")} of memory, ${copied} copied`;
}

function describeEstimate({ copies, launches, compute, total }: Estimate): string {
  const parts = `copies ${seconds(copies)}, launches ${seconds(launches)}, compute ${seconds(compute)}`;
  return `${seconds(total)} (${parts})`;
}

function seconds(s: number): string {
  if (s >= 1) return `${s.toPrecision(3)} s`;
  return s >= 1e-3 ? `${(s * 1e3).toPrecision(3)} ms` : `${(s * 1e6).toPrecision(3)} µs`;
}

function amount(n: number, unit: string): string {
  const prefixes = ["", "k", "M", "G", "T", "P"];
  const step = n < 1000 ? 0 : Math.min(prefixes.length - 1, Math.floor(Math.log10(n) / 3));
  return `${Number((n / 1000 ** step).toPrecision(3))} ${prefixes[step]}${unit}`;
}
