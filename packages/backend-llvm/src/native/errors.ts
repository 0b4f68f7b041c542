/** What can be wrong with LLVM on a machine and with what it is given: one function per finding. */
import {
  bug,
  DiagnosticError,
  remark,
  userError,
  warning,
  type Diagnostic,
  type DiagnosticNote,
} from "@strata/support";

/** What to do where LLVM is missing. */
export const INSTALL_LLVM =
  "install LLVM 22 (Debian: `apt-get install libllvm22`), or set STRATA_LLVM to a libLLVM shared " +
  "library of version 19 or newer";

/** Why there is no LLVM, as a message. */
export function missingMessage(found: readonly string[]): string {
  return found.length === 0
    ? "no libLLVM shared library was found"
    : `no usable libLLVM shared library was found: ${found.join("; ")}`;
}

/** No library that can be used; `found` says what was there instead. */
export function llvmMissing(found: readonly string[]): DiagnosticError {
  return new DiagnosticError(
    userError("llvm.missing", missingMessage(found), { hint: INSTALL_LLVM }),
  );
}

/** LLVM refuses text or bitcode. */
export function invalidIR(message: string): DiagnosticError {
  const [first = "", ...rest] = message.trim().split("\n");
  const notes = rest.map((line) => ({ message: line }));
  return new DiagnosticError(
    userError("llvm.invalid-ir", `LLVM cannot read the IR: ${first}`, {
      notes,
      hint: "give LLVM IR of the version that `kernelc doctor` shows",
    }),
  );
}

/** LLVM's verifier refuses a module. */
export function rejectedIR(message: string): DiagnosticError {
  const [first = "", ...rest] = message.trim().split("\n");
  return new DiagnosticError(
    userError("llvm.verify", `LLVM's verifier refuses the module: ${first}`, {
      notes: rest.map((line) => ({ message: line })),
    }),
  );
}

/** A pass pipeline that LLVM does not know. */
export function passesFailed(pipeline: string, message: string): DiagnosticError {
  return new DiagnosticError(
    userError("llvm.passes", `LLVM cannot run the passes "${pipeline}": ${message}`, {
      hint: "write a pipeline as LLVM's opt takes it, such as default<O2>",
    }),
  );
}

/** A target that this LLVM does not have. */
export function unknownTarget(triple: string, message: string): DiagnosticError {
  return new DiagnosticError(
    userError("llvm.target", `LLVM has no target for "${triple}": ${message.trim()}`, {
      hint: "for example x86_64-linux-gnu, aarch64-linux-gnu, riscv64-linux-gnu, nvptx64-nvidia-cuda",
    }),
  );
}

/** A processor that the target does not know. */
export function unknownCpu(cpu: string, triple: string): DiagnosticError {
  return new DiagnosticError(
    userError("llvm.cpu", `LLVM knows no processor "${cpu}" for ${triple}`, {
      hint: "leave --cpu out, or name a processor as LLVM does, such as x86-64-v3 or cortex-a72",
    }),
  );
}

/** LLVM made no object or assembly. */
export function emissionFailed(message: string): DiagnosticError {
  return new DiagnosticError(
    userError("llvm.emission", `LLVM cannot make code of the module: ${message.trim()}`, {
      hint: "a target without objects, such as nvptx64, has assembly: --emit asm",
    }),
  );
}

/** Code generation ended its process. */
export function codegenDied(triple: string, how: string, output: string): DiagnosticError {
  const lines = output.trim().split("\n").slice(0, 6);
  const notes = lines.filter((l) => l !== "").map((message) => ({ message }));
  return new DiagnosticError(
    userError("llvm.codegen", `LLVM cannot make code for ${triple}: its process ${how}`, {
      notes,
      hint: "the target may lack an operation of the kernel: try another target or processor",
    }),
  );
}

/** Code that cannot be made callable. */
export function linkFailed(messages: readonly string[]): DiagnosticError {
  const [first = "unknown reason", ...rest] = messages;
  const notes: DiagnosticNote[] = rest.map((message) => ({ message }));
  return new DiagnosticError(
    bug("llvm.link", `compiled code cannot be loaded: ${first}`, { notes }),
  );
}

/** A compiled kernel that is not an object of this machine. */
export function unreadableObject(message: string): SyntaxError {
  return new SyntaxError(`the object cannot be loaded: ${message}`);
}

/** One thing LLVM had to say about a module. */
export function fromLLVM(
  severity: "error" | "warning" | "remark" | "note",
  message: string,
): Diagnostic {
  switch (severity) {
    case "error":
      return userError("llvm.error", message);
    case "warning":
      return warning("llvm.warning", message);
    default:
      return remark("llvm.remark", message);
  }
}
