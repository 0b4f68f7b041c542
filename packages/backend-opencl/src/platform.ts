/**
 * The OpenCL devices of the machine: every platform's, GPUs first, processors last.
 *
 * Invariant: the library is loaded when somebody asks for a device, once.
 */
import { type NativeLibrary, tryLoadLibrary } from "@strata/runtime/native";
import { bindOpenCl, cl, type OpenClApi } from "./api.ts";

/** What is known of one device. */
export interface DeviceFacts {
  readonly platform: bigint;
  readonly id: bigint;
  readonly name: string;
  readonly platformName: string;
  readonly version: string;
  readonly driver: string;
  readonly kind: "gpu" | "accelerator" | "cpu" | "other";
  readonly computeUnits: number;
  readonly maxWorkGroup: number;
  readonly maxWorkItems: readonly number[];
  readonly maxAlloc: number;
  readonly globalBytes: number;
  readonly localBytes: number;
  readonly extensions: ReadonlySet<string>;
  readonly hasFp64: boolean;
  /** Whether f32 division and square root can be asked to be correctly rounded. */
  readonly exactDivision: boolean;
}

/** The library with its devices, or why there are none. */
export type OpenClSearch =
  | { readonly api: OpenClApi; readonly devices: readonly DeviceFacts[] }
  | { readonly problem: string };

const names: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  win32: ["OpenCL.dll"],
  darwin: ["/System/Library/Frameworks/OpenCL.framework/OpenCL"],
};

let found: OpenClSearch | undefined;

/** Finds the devices, once. */
export function findOpenCl(): OpenClSearch {
  found ??= search();
  return found;
}

function search(): OpenClSearch {
  let problem = "";
  for (const name of names[process.platform] ?? ["libOpenCL.so.1", "libOpenCL.so"]) {
    const loaded = tryLoadLibrary(name);
    if ("library" in loaded) return devicesOf(loaded.library);
    problem ||= loaded.problem;
  }
  return { problem };
}

function devicesOf(library: NativeLibrary): OpenClSearch {
  let api: OpenClApi;
  try {
    api = bindOpenCl(library);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const devices = platformIds(api).flatMap((p) => deviceIds(api, p).map((d) => factsOf(api, p, d)));
  if (devices.length === 0) return { problem: "no driver offers a device" };
  const order = ["gpu", "accelerator", "other", "cpu"];
  return {
    api,
    devices: devices.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)),
  };
}

function platformIds(api: OpenClApi): bigint[] {
  const count = new Uint32Array(1);
  if (api.getPlatformIDs(0, null, count) !== 0 || count[0] === 0) return [];
  const ids = new BigUint64Array(count[0]!);
  return api.getPlatformIDs(ids.length, ids, null) === 0 ? [...ids] : [];
}

function deviceIds(api: OpenClApi, platform: bigint): bigint[] {
  const count = new Uint32Array(1);
  const all = cl.deviceTypeAll;
  if (api.getDeviceIDs(platform, all, 0, null, count) !== 0 || count[0] === 0) return [];
  const ids = new BigUint64Array(count[0]!);
  return api.getDeviceIDs(platform, all, ids.length, ids, null) === 0 ? [...ids] : [];
}

/** Asks for a fact twice: for its length, then for itself. */
function query(
  ask: (size: number, to: Uint8Array | null, length: BigUint64Array | null) => number,
): Uint8Array {
  const length = new BigUint64Array(1);
  if (ask(0, null, length) !== 0) return new Uint8Array(0);
  const bytes = new Uint8Array(Number(length[0]));
  return bytes.length > 0 && ask(bytes.length, bytes, null) === 0 ? bytes : new Uint8Array(0);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder()
    .decode(bytes)
    .replace(/\0[^]*$/, "")
    .trim();
}

function numbersOf(bytes: Uint8Array): number[] {
  if (bytes.length === 4) return [new Uint32Array(bytes.buffer)[0]!];
  return Array.from(new BigUint64Array(bytes.buffer, 0, bytes.length >> 3), Number);
}

function factsOf(api: OpenClApi, platform: bigint, id: bigint): DeviceFacts {
  const get = (what: number): Uint8Array =>
    query((size, to, length) => api.getDeviceInfo(id, what, size, to, length));
  const number = (what: number): number => numbersOf(get(what))[0] ?? 0;
  const type = number(cl.deviceType);
  const extensions = new Set(textOf(get(cl.deviceExtensions)).split(/\s+/));
  const kind = ((): DeviceFacts["kind"] => {
    if ((type & cl.deviceTypeGpu) !== 0) return "gpu";
    if ((type & cl.deviceTypeAccelerator) !== 0) return "accelerator";
    return (type & cl.deviceTypeCpu) !== 0 ? "cpu" : "other";
  })();
  return {
    platform,
    id,
    name: textOf(get(cl.deviceName)),
    platformName: textOf(
      query((size, to, length) => api.getPlatformInfo(platform, cl.platformName, size, to, length)),
    ),
    version: textOf(get(cl.deviceVersion)),
    driver: textOf(get(cl.driverVersion)),
    kind,
    computeUnits: number(cl.deviceMaxComputeUnits),
    maxWorkGroup: number(cl.deviceMaxWorkGroupSize),
    maxWorkItems: numbersOf(get(cl.deviceMaxWorkItemSizes)),
    maxAlloc: number(cl.deviceMaxMemAllocSize),
    globalBytes: number(cl.deviceGlobalMemSize),
    localBytes: number(cl.deviceLocalMemSize),
    extensions,
    hasFp64: extensions.has("cl_khr_fp64") || number(cl.deviceDoubleFpConfig) !== 0,
    exactDivision: (number(cl.deviceSingleFpConfig) & cl.fpCorrectlyRounded) !== 0,
  };
}
