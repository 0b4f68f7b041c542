/** From the LLVM dialect to LLVM: text of LLVM IR. */
export { emitLLVMIR, type EmitOptions } from "./emit/module.ts";
