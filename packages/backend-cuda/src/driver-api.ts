/** The functions of NVIDIA's driver that the runtime uses. */
import type { NativeInterface, NativeLibrary } from "@strata/runtime/native";

const handle = "void *";

/** The functions; device addresses are 64-bit numbers. */
const functions = {
  init: ["cuInit", "int", ["uint"]],
  driverGetVersion: ["cuDriverGetVersion", "int", [handle]],
  deviceGetCount: ["cuDeviceGetCount", "int", [handle]],
  deviceGet: ["cuDeviceGet", "int", [handle, "int"]],
  deviceGetName: ["cuDeviceGetName", "int", [handle, "int", "int"]],
  deviceGetAttribute: ["cuDeviceGetAttribute", "int", [handle, "int", "int"]],
  deviceTotalMem: ["cuDeviceTotalMem_v2", "int", [handle, "int"]],
  primaryCtxRetain: ["cuDevicePrimaryCtxRetain", "int", [handle, "int"]],
  primaryCtxRelease: ["cuDevicePrimaryCtxRelease_v2", "int", ["int"]],
  ctxSetCurrent: ["cuCtxSetCurrent", "int", [handle]],
  memGetInfo: ["cuMemGetInfo_v2", "int", [handle, handle]],
  memAlloc: ["cuMemAlloc_v2", "int", [handle, "size_t"]],
  memFree: ["cuMemFree_v2", "int", ["uint64"]],
  memAllocAsync: ["cuMemAllocAsync", "int", [handle, "size_t", handle]],
  memFreeAsync: ["cuMemFreeAsync", "int", ["uint64", handle]],
  deviceGetDefaultMemPool: ["cuDeviceGetDefaultMemPool", "int", [handle, "int"]],
  memPoolSetAttribute: ["cuMemPoolSetAttribute", "int", [handle, "int", handle]],
  memHostAlloc: ["cuMemHostAlloc", "int", [handle, "size_t", "uint"]],
  memFreeHost: ["cuMemFreeHost", "int", [handle]],
  memcpyHtoDAsync: ["cuMemcpyHtoDAsync_v2", "int", ["uint64", handle, "size_t", handle]],
  memcpyDtoHAsync: ["cuMemcpyDtoHAsync_v2", "int", [handle, "uint64", "size_t", handle]],
  memcpyDtoDAsync: ["cuMemcpyDtoDAsync_v2", "int", ["uint64", "uint64", "size_t", handle]],
  memsetD8Async: ["cuMemsetD8Async", "int", ["uint64", "uint", "size_t", handle]],
  memsetD16Async: ["cuMemsetD16Async", "int", ["uint64", "uint", "size_t", handle]],
  memsetD32Async: ["cuMemsetD32Async", "int", ["uint64", "uint", "size_t", handle]],
  streamCreate: ["cuStreamCreate", "int", [handle, "uint"]],
  streamDestroy: ["cuStreamDestroy_v2", "int", [handle]],
  streamSynchronize: ["cuStreamSynchronize", "int", [handle]],
  eventCreate: ["cuEventCreate", "int", [handle, "uint"]],
  eventRecord: ["cuEventRecord", "int", [handle, handle]],
  eventQuery: ["cuEventQuery", "int", [handle]],
  eventElapsedTime: ["cuEventElapsedTime", "int", [handle, handle, handle]],
  eventDestroy: ["cuEventDestroy_v2", "int", [handle]],
  moduleLoadData: ["cuModuleLoadData", "int", [handle, handle]],
  moduleUnload: ["cuModuleUnload", "int", [handle]],
  moduleGetFunction: ["cuModuleGetFunction", "int", [handle, handle, "str"]],
  launchKernel: [
    "cuLaunchKernel",
    "int",
    [handle, "uint", "uint", "uint", "uint", "uint", "uint", "uint", handle, handle, handle],
  ],
  getErrorName: ["cuGetErrorName", "int", ["int", handle]],
  getErrorString: ["cuGetErrorString", "int", ["int", handle]],
} as const;

export type CudaApi = NativeInterface<typeof functions>;

/** The functions of a library; an error that names the first one missing. */
export function bindCuda(library: NativeLibrary): CudaApi {
  return library.bind(functions);
}

/** Numbers of the driver's header. */
export const cu = {
  success: 0,
  outOfMemory: 2,
  notReady: 600,
  noDevice: 100,
  attributes: {
    maxThreadsPerBlock: 1,
    sharedBytesPerBlock: 8,
    warpSize: 10,
    clockRate: 13,
    multiprocessors: 16,
    memoryClockRate: 36,
    memoryBusWidth: 37,
    l2Bytes: 38,
    maxThreadsPerMultiprocessor: 39,
    computeMajor: 75,
    computeMinor: 76,
    sharedBytesPerMultiprocessor: 81,
    registersPerMultiprocessor: 82,
    memoryPools: 115,
  },
  poolReleaseThreshold: 4,
  streamNonBlocking: 1,
  eventDisableTiming: 2,
} as const;

/** Errors after which the context, and with it every buffer, is lost. */
const fatal = new Set([700, 701, 702, 709, 710, 714, 715, 716, 717, 718, 719, 999, 46, 214]);

/** Whether an error took the device's context with it. */
export function isFatal(code: number): boolean {
  return fatal.has(code);
}
