/** The OpenCL 1.2 functions and numbers that the runtime uses. */
import type { NativeInterface, NativeLibrary } from "@strata/runtime/native";

const handle = "void *";

/** The functions, as C declares them: `cl_int` is int, handles are pointers. */
const functions = {
  getPlatformIDs: ["clGetPlatformIDs", "int", ["uint", handle, handle]],
  getPlatformInfo: ["clGetPlatformInfo", "int", [handle, "uint", "size_t", handle, handle]],
  getDeviceIDs: ["clGetDeviceIDs", "int", [handle, "uint64", "uint", handle, handle]],
  getDeviceInfo: ["clGetDeviceInfo", "int", [handle, "uint", "size_t", handle, handle]],
  createContext: ["clCreateContext", handle, [handle, "uint", handle, handle, handle, handle]],
  releaseContext: ["clReleaseContext", "int", [handle]],
  createCommandQueue: ["clCreateCommandQueue", handle, [handle, handle, "uint64", handle]],
  releaseCommandQueue: ["clReleaseCommandQueue", "int", [handle]],
  createBuffer: ["clCreateBuffer", handle, [handle, "uint64", "size_t", handle, handle]],
  releaseMemObject: ["clReleaseMemObject", "int", [handle]],
  enqueueWriteBuffer: [
    "clEnqueueWriteBuffer",
    "int",
    [handle, handle, "uint", "size_t", "size_t", handle, "uint", handle, handle],
  ],
  enqueueReadBuffer: [
    "clEnqueueReadBuffer",
    "int",
    [handle, handle, "uint", "size_t", "size_t", handle, "uint", handle, handle],
  ],
  enqueueCopyBuffer: [
    "clEnqueueCopyBuffer",
    "int",
    [handle, handle, handle, "size_t", "size_t", "size_t", "uint", handle, handle],
  ],
  enqueueFillBuffer: [
    "clEnqueueFillBuffer",
    "int",
    [handle, handle, handle, "size_t", "size_t", "size_t", "uint", handle, handle],
  ],
  createProgramWithSource: [
    "clCreateProgramWithSource",
    handle,
    [handle, "uint", handle, handle, handle],
  ],
  createProgramWithBinary: [
    "clCreateProgramWithBinary",
    handle,
    [handle, "uint", handle, handle, handle, handle, handle],
  ],
  buildProgram: ["clBuildProgram", "int", [handle, "uint", handle, "str", handle, handle]],
  getProgramBuildInfo: [
    "clGetProgramBuildInfo",
    "int",
    [handle, handle, "uint", "size_t", handle, handle],
  ],
  getProgramInfo: ["clGetProgramInfo", "int", [handle, "uint", "size_t", handle, handle]],
  releaseProgram: ["clReleaseProgram", "int", [handle]],
  createKernel: ["clCreateKernel", handle, [handle, "str", handle]],
  releaseKernel: ["clReleaseKernel", "int", [handle]],
  setKernelArg: ["clSetKernelArg", "int", [handle, "uint", "size_t", handle]],
  enqueueNDRangeKernel: [
    "clEnqueueNDRangeKernel",
    "int",
    [handle, handle, "uint", handle, handle, handle, "uint", handle, handle],
  ],
  enqueueMarker: ["clEnqueueMarkerWithWaitList", "int", [handle, "uint", handle, handle]],
  getEventInfo: ["clGetEventInfo", "int", [handle, "uint", "size_t", handle, handle]],
  releaseEvent: ["clReleaseEvent", "int", [handle]],
  flush: ["clFlush", "int", [handle]],
  finish: ["clFinish", "int", [handle]],
} as const;

export type OpenClApi = NativeInterface<typeof functions>;

/** The functions of a library; an error that names the first one missing. */
export function bindOpenCl(library: NativeLibrary): OpenClApi {
  return library.bind(functions);
}

/** Numbers of the standard's header. */
export const cl = {
  deviceTypeAll: 0xffff_ffff,
  deviceTypeCpu: 2,
  deviceTypeGpu: 4,
  deviceTypeAccelerator: 8,
  platformName: 0x0902,
  platformVersion: 0x0901,
  deviceType: 0x1000,
  deviceMaxComputeUnits: 0x1002,
  deviceMaxWorkGroupSize: 0x1004,
  deviceMaxWorkItemSizes: 0x1005,
  deviceMaxMemAllocSize: 0x1010,
  deviceSingleFpConfig: 0x101b,
  deviceGlobalMemSize: 0x101f,
  deviceLocalMemSize: 0x1023,
  deviceAvailable: 0x1027,
  deviceCompilerAvailable: 0x1028,
  deviceName: 0x102b,
  driverVersion: 0x102d,
  deviceVersion: 0x102f,
  deviceExtensions: 0x1030,
  deviceDoubleFpConfig: 0x1032,
  fpCorrectlyRounded: 1 << 7,
  memReadWrite: 1,
  programBuildLog: 0x1183,
  programBinarySizes: 0x1165,
  programBinaries: 0x1166,
  eventExecutionStatus: 0x11d3,
  complete: 0,
} as const;

/** Names of the errors that people meet. */
const errorNames: ReadonlyMap<number, string> = new Map([
  [-1, "CL_DEVICE_NOT_FOUND"],
  [-2, "CL_DEVICE_NOT_AVAILABLE"],
  [-3, "CL_COMPILER_NOT_AVAILABLE"],
  [-4, "CL_MEM_OBJECT_ALLOCATION_FAILURE"],
  [-5, "CL_OUT_OF_RESOURCES"],
  [-6, "CL_OUT_OF_HOST_MEMORY"],
  [-11, "CL_BUILD_PROGRAM_FAILURE"],
  [-30, "CL_INVALID_VALUE"],
  [-36, "CL_INVALID_COMMAND_QUEUE"],
  [-38, "CL_INVALID_MEM_OBJECT"],
  [-42, "CL_INVALID_BINARY"],
  [-45, "CL_INVALID_PROGRAM_EXECUTABLE"],
  [-46, "CL_INVALID_KERNEL_NAME"],
  [-48, "CL_INVALID_KERNEL"],
  [-49, "CL_INVALID_ARG_INDEX"],
  [-51, "CL_INVALID_ARG_SIZE"],
  [-52, "CL_INVALID_KERNEL_ARGS"],
  [-54, "CL_INVALID_WORK_GROUP_SIZE"],
  [-55, "CL_INVALID_WORK_ITEM_SIZE"],
  [-61, "CL_INVALID_BUFFER_SIZE"],
  [-1001, "CL_PLATFORM_NOT_FOUND_KHR"],
]);

/** The name of an error, or its number. */
export function errorName(code: number): string {
  return errorNames.get(code) ?? `error ${code}`;
}

/** Whether a call failed for want of memory. */
export function isOutOfMemory(code: number): boolean {
  return code === -4 || code === -5 || code === -6 || code === -61;
}
