/** Kernels compiled ahead of time. */
export {
  buildFormats,
  buildKernel,
  type BuildFormat,
  type BuildRequest,
  type BuiltFile,
} from "./build.ts";
export { kernelHeader } from "./header.ts";
