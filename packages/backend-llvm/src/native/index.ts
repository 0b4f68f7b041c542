/** LLVM of this machine: found, called, its code made callable. */
export {
  codeFormats,
  generateCode,
  optimizeLevels,
  type CodeFormat,
  type CodegenOptions,
  type GeneratedCode,
  type OptimizeLevel,
} from "./codegen.ts";
export { INSTALL_LLVM, missingMessage } from "./errors.ts";
export { Jit, type LoadedCode } from "./jit.ts";
export {
  expectLLVM,
  findLLVM,
  OLDEST_MAJOR,
  PREFERRED_MAJOR,
  searchLLVM,
  type LLVM,
  type LLVMSearch,
} from "./library.ts";
export { LLVMModule } from "./module.ts";
export {
  hostMachine,
  isHost,
  machineFor,
  TargetMachine,
  type MachineDescription,
} from "./target.ts";
export { generateInChild, type TargetCode } from "./codegen-child.ts";
export type { ChildOptions, TargetRequest } from "./child-protocol.ts";
export {
  expectOpenMP,
  findOpenMP,
  INSTALL_OPENMP,
  openMPMissingMessage,
  searchOpenMP,
  type OpenMP,
  type OpenMPSearch,
} from "./openmp.ts";
