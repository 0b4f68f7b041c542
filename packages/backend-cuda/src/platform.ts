/**
 * The GPUs of the machine, through NVIDIA's driver.
 *
 * Invariant: the library is loaded when somebody asks for a device, once.
 */
import { stringAt, tryLoadLibrary } from "@strata/runtime/native";
import { bindCuda, cu, type CudaApi } from "./driver-api.ts";

/** What is known of one GPU. */
export interface GpuFacts {
  readonly ordinal: number;
  readonly name: string;
  /** `90` for compute capability 9.0. */
  readonly compute: number;
  readonly totalBytes: number;
  readonly driver: string;
  readonly multiprocessors: number;
  readonly warpSize: number;
  readonly maxThreadsPerBlock: number;
  readonly maxThreadsPerMultiprocessor: number;
  readonly sharedBytesPerBlock: number;
  readonly sharedBytesPerMultiprocessor: number;
  readonly registersPerMultiprocessor: number;
  readonly l2Bytes: number;
  /** Bytes per second of the memory, from its clock and width. */
  readonly bandwidth: number;
  /** f32 operations per second, from the clock: two for each of 128 lanes of a multiprocessor. */
  readonly flops: number;
  readonly hasMemoryPools: boolean;
}

/** The driver with its GPUs, or why there are none. */
export type CudaSearch =
  | { readonly api: CudaApi; readonly gpus: readonly GpuFacts[] }
  | { readonly problem: string };

let found: CudaSearch | undefined;

/** Finds the GPUs, once. */
export function findCuda(): CudaSearch {
  found ??= search();
  return found;
}

function search(): CudaSearch {
  let problem = "";
  for (const name of process.platform === "win32"
    ? ["nvcuda.dll"]
    : ["libcuda.so.1", "libcuda.so"]) {
    const loaded = tryLoadLibrary(name);
    if (!("library" in loaded)) {
      problem ||= loaded.problem;
      continue;
    }
    try {
      return gpusOf(bindCuda(loaded.library));
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }
  return { problem };
}

function gpusOf(api: CudaApi): CudaSearch {
  const status = api.init(0);
  if (status !== 0) return { problem: `cuInit: ${errorText(api, status)}` };
  const count = new Int32Array(1);
  api.deviceGetCount(count);
  if (count[0] === 0) return { problem: "the driver knows no GPU" };
  return { api, gpus: Array.from({ length: count[0]! }, (_, k) => factsOf(api, k)) };
}

function factsOf(api: CudaApi, ordinal: number): GpuFacts {
  const device = new Int32Array(1);
  api.deviceGet(device, ordinal);
  const get = (attribute: number): number => {
    const value = new Int32Array(1);
    return api.deviceGetAttribute(value, attribute, device[0]!) === 0 ? value[0]! : 0;
  };
  const name = new Uint8Array(128);
  api.deviceGetName(name, name.length, device[0]!);
  const total = new BigUint64Array(1);
  api.deviceTotalMem(total, device[0]!);
  const version = new Int32Array(1);
  api.driverGetVersion(version);
  const a = cu.attributes;
  const multiprocessors = get(a.multiprocessors);
  return {
    ordinal,
    name: new TextDecoder().decode(name).replace(/\0[^]*$/, ""),
    compute: get(a.computeMajor) * 10 + get(a.computeMinor),
    totalBytes: Number(total[0]),
    driver: `${Math.floor(version[0]! / 1000)}.${(version[0]! % 1000) / 10}`,
    multiprocessors,
    warpSize: get(a.warpSize) || 32,
    maxThreadsPerBlock: get(a.maxThreadsPerBlock) || 1024,
    maxThreadsPerMultiprocessor: get(a.maxThreadsPerMultiprocessor) || 2048,
    sharedBytesPerBlock: get(a.sharedBytesPerBlock) || 48 * 1024,
    sharedBytesPerMultiprocessor: get(a.sharedBytesPerMultiprocessor) || 96 * 1024,
    registersPerMultiprocessor: get(a.registersPerMultiprocessor) || 65536,
    l2Bytes: get(a.l2Bytes),
    // Both edges of the clock carry data.
    bandwidth: 2 * get(a.memoryClockRate) * 1e3 * (get(a.memoryBusWidth) / 8) || 1e12,
    flops: 2 * 128 * multiprocessors * get(a.clockRate) * 1e3 || 1e13,
    hasMemoryPools: get(a.memoryPools) === 1,
  };
}

/** An error of the driver in its own words. */
export function errorText(api: CudaApi, code: number): string {
  const place = new BigUint64Array(1);
  const text = (ask: (code: number, to: BigUint64Array) => number): string =>
    ask(code, place) === 0 && place[0] !== 0n ? stringAt(place[0]!) : "";
  const name = text(api.getErrorName) || `error ${code}`;
  const words = text(api.getErrorString);
  return words === "" ? name : `${name}: ${words}`;
}
