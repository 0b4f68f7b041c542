/** Host code of device programs: functions that allocate, launch and read. */
export { compileHostProgram, type HostArgument, HostProgram, type KernelTable } from "./compile.ts";
export type { DeviceMemRef, Driver } from "./driver.ts";
export { MemoryPool, type MemorySource, sizeClass } from "./pool.ts";
export { hostFunctions, readHost, writeHost } from "./text.ts";
