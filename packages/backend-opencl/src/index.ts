/** Kernels on OpenCL devices. */
export { OpenClDevice } from "./device.ts";
export { INSTALL_OPENCL } from "./errors.ts";
export { openClFlavour, type OpenClDialect } from "./flavour.ts";
export { emitForDevice, emitOpenCl, type OpenClImage } from "./image.ts";
export { type DeviceFacts, findOpenCl, type OpenClSearch } from "./platform.ts";
export { openClProvider } from "./provider.ts";
