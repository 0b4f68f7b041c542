/**
 * The part of LLVM's C API that is used here, one declaration for each function.
 *
 * Invariants: every name is there from LLVM 19 on; enumerations are the C API's numbers. What
 * takes ownership: `parseIR` of the buffer, `addObject` of the buffer, `createJit` of the builder,
 * `errorMessage` of the error.
 */
import type { NativeDeclaration, NativeInterface } from "@strata/runtime/native";

/** The functions by the names used here. */
export const llvmFunctions = {
  getVersion: ["LLVMGetVersion", "void", ["void *", "void *", "void *"]],
  disposeMessage: ["LLVMDisposeMessage", "void", ["void *"]],

  parseOptions: ["LLVMParseCommandLineOptions", "void", ["int", "void *", "str"]],
  createContext: ["LLVMContextCreate", "void *", []],
  disposeContext: ["LLVMContextDispose", "void", ["void *"]],
  setDiagnosticHandler: ["LLVMContextSetDiagnosticHandler", "void", ["void *", "void *", "void *"]],
  diagnosticText: ["LLVMGetDiagInfoDescription", "void *", ["void *"]],
  diagnosticSeverity: ["LLVMGetDiagInfoSeverity", "int", ["void *"]],

  createBuffer: [
    "LLVMCreateMemoryBufferWithMemoryRangeCopy",
    "void *",
    ["void *", "size_t", "str"],
  ],
  bufferStart: ["LLVMGetBufferStart", "void *", ["void *"]],
  bufferSize: ["LLVMGetBufferSize", "size_t", ["void *"]],
  disposeBuffer: ["LLVMDisposeMemoryBuffer", "void", ["void *"]],

  parseIR: ["LLVMParseIRInContext", "int", ["void *", "void *", "void *", "void *"]],
  disposeModule: ["LLVMDisposeModule", "void", ["void *"]],
  verifyModule: ["LLVMVerifyModule", "int", ["void *", "int", "void *"]],
  printModule: ["LLVMPrintModuleToString", "void *", ["void *"]],
  writeBitcode: ["LLVMWriteBitcodeToMemoryBuffer", "void *", ["void *"]],
  setTriple: ["LLVMSetTarget", "void", ["void *", "str"]],
  getNamedFunction: ["LLVMGetNamedFunction", "void *", ["void *", "str"]],

  defaultTriple: ["LLVMGetDefaultTargetTriple", "void *", []],
  normalizeTriple: ["LLVMNormalizeTargetTriple", "void *", ["str"]],
  hostCpu: ["LLVMGetHostCPUName", "void *", []],
  hostFeatures: ["LLVMGetHostCPUFeatures", "void *", []],
  targetFromName: ["LLVMGetTargetFromName", "void *", ["str"]],
  targetFromTriple: ["LLVMGetTargetFromTriple", "int", ["str", "void *", "void *"]],
  createMachine: [
    "LLVMCreateTargetMachine",
    "void *",
    ["void *", "str", "str", "str", "int", "int", "int"],
  ],
  disposeMachine: ["LLVMDisposeTargetMachine", "void", ["void *"]],
  machineLayout: ["LLVMCreateTargetDataLayout", "void *", ["void *"]],
  layoutText: ["LLVMCopyStringRepOfTargetData", "void *", ["void *"]],
  disposeLayout: ["LLVMDisposeTargetData", "void", ["void *"]],
  emitToMemory: [
    "LLVMTargetMachineEmitToMemoryBuffer",
    "int",
    ["void *", "void *", "int", "void *", "void *"],
  ],

  createPassOptions: ["LLVMCreatePassBuilderOptions", "void *", []],
  disposePassOptions: ["LLVMDisposePassBuilderOptions", "void", ["void *"]],
  runPasses: ["LLVMRunPasses", "void *", ["void *", "str", "void *", "void *"]],
  errorMessage: ["LLVMGetErrorMessage", "void *", ["void *"]],
  disposeErrorMessage: ["LLVMDisposeErrorMessage", "void", ["void *"]],

  createJitBuilder: ["LLVMOrcCreateLLJITBuilder", "void *", []],
  setJitMachine: ["LLVMOrcLLJITBuilderSetJITTargetMachineBuilder", "void", ["void *", "void *"]],
  machineBuilder: ["LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine", "void *", ["void *"]],
  createJit: ["LLVMOrcCreateLLJIT", "void *", ["void *", "void *"]],
  disposeJit: ["LLVMOrcDisposeLLJIT", "void *", ["void *"]],
  jitSession: ["LLVMOrcLLJITGetExecutionSession", "void *", ["void *"]],
  jitPrefix: ["LLVMOrcLLJITGetGlobalPrefix", "int8", ["void *"]],
  setErrorReporter: [
    "LLVMOrcExecutionSessionSetErrorReporter",
    "void",
    ["void *", "void *", "void *"],
  ],
  mainDylib: ["LLVMOrcLLJITGetMainJITDylib", "void *", ["void *"]],
  internSymbol: ["LLVMOrcLLJITMangleAndIntern", "void *", ["void *", "str"]],
  processGenerator: [
    "LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess",
    "void *",
    ["void *", "int", "void *", "void *"],
  ],
  libraryGenerator: [
    "LLVMOrcCreateDynamicLibrarySearchGeneratorForPath",
    "void *",
    ["void *", "str", "int", "void *", "void *"],
  ],
  addGenerator: ["LLVMOrcJITDylibAddGenerator", "void", ["void *", "void *"]],
  absoluteSymbols: ["LLVMOrcAbsoluteSymbols", "void *", ["void *", "size_t"]],
  define: ["LLVMOrcJITDylibDefine", "void *", ["void *", "void *"]],
  createTracker: ["LLVMOrcJITDylibCreateResourceTracker", "void *", ["void *"]],
  removeTracker: ["LLVMOrcResourceTrackerRemove", "void *", ["void *"]],
  releaseTracker: ["LLVMOrcReleaseResourceTracker", "void", ["void *"]],
  addObject: ["LLVMOrcLLJITAddObjectFileWithRT", "void *", ["void *", "void *", "void *"]],
  lookUp: ["LLVMOrcLLJITLookup", "void *", ["void *", "void *", "str"]],
} as const satisfies Readonly<Record<string, NativeDeclaration>>;

/** LLVM's functions, callable. */
export type LLVMFunctions = NativeInterface<typeof llvmFunctions>;

/** `LLVMVerifierFailureAction`: return the status, print nothing, end nothing. */
export const RETURN_STATUS = 2;

/** `LLVMCodeGenOptLevel`. */
export const codegenLevels = { none: 0, less: 1, default: 2, aggressive: 3 } as const;

/** `LLVMRelocMode`. */
export const relocations = { default: 0, static: 1, pic: 2 } as const;

/** `LLVMCodeModel`. */
export const codeModels = { default: 0, jit: 1, small: 3, large: 6 } as const;

/** `LLVMCodeGenFileType`. */
export const fileTypes = { assembly: 0, object: 1 } as const;

/** `LLVMDiagnosticSeverity`. */
export const severities = ["error", "warning", "remark", "note"] as const;
