/** The device `llvm`. */
export { LLVMBuffer } from "./buffer.ts";
export { LLVMDevice } from "./device.ts";
export { LLVMExecutable } from "./executable.ts";
export type { LLVMImage } from "./image.ts";
export { llvmProvider } from "./provider.ts";
