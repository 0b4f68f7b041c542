/** Kernels on NVIDIA's GPUs. */
export { CudaDevice } from "./device.ts";
export { INSTALL_DRIVER, INSTALL_NVRTC } from "./errors.ts";
export { cudaFlavour } from "./flavour.ts";
export { type CudaImage, emitCuda, type EmittedCuda } from "./image.ts";
export { compileCuda, expectNvrtc, findNvrtc, type Nvrtc } from "./nvrtc.ts";
export { findCuda, type CudaSearch, type GpuFacts } from "./platform.ts";
export { cudaProvider } from "./provider.ts";
export { gpuTargetOf } from "./target.ts";
