/** Devices, buffers, executables; argument binding; compile cache; files of values. */
export {
  HOST_LIMITS,
  bindArguments,
  expectFits,
  resultLabel,
  type BoundArguments,
  type BoundScalar,
  type BoundTensor,
  type BoundValue,
  type ResultShape,
} from "./bind.ts";
export {
  MemoryCache,
  cacheKey,
  differingParts,
  type CacheKey,
  type CacheStatistics,
  type CompileCache,
  type KeyPart,
} from "./cache.ts";
export {
  isBuffer,
  type Buffer,
  type CompileRequest,
  type Device,
  type DeviceDescription,
  type DeviceLimits,
  type Executable,
  type RunResult,
} from "./device.ts";
export {
  badOutput,
  foreignBuffer,
  formatBytes,
  outOfMemory,
  releasedBuffer,
  unknownOption,
  wrongData,
} from "./errors.ts";
export {
  DeviceRegistry,
  devices,
  openDevice,
  registerDevice,
  type Availability,
  type DeviceProvider,
} from "./registry.ts";
export {
  assembleResults,
  launchToHost,
  presentScalar,
  runToHost,
  type KernelOutcome,
} from "./results.ts";
export { checkScalar, describeScalarType, describeValue, isScalarLike } from "./scalar.ts";
export { sha256Hex } from "./sha256.ts";
export {
  byteCount,
  elementCount,
  formatTensorType,
  isHostTensor,
  isShape,
  tryWrapArray,
  zeros,
  type HostTensor,
  type HostValue,
  type ScalarValue,
  type TypedScalar,
} from "./tensor.ts";
export {
  VALUE_EXTENSIONS,
  expectValuePath,
  expectWritable,
  isValuePath,
  readArgument,
  readValue,
  scalarTensor,
  writeValue,
  writeWhole,
} from "./values/files.ts";
export { parseLiteral } from "./values/literal.ts";
