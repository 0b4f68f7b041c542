/**
 * LLVM modules: read, verified, optimized, written.
 *
 * Invariants: each module has a context of its own, which goes with it; whatever LLVM reports about
 * a module is collected as diagnostics and ends nothing; a failed step leaves the module releasable.
 */
import { callbackAddress, stringAt } from "@strata/runtime/native";
import { DiagnosticError, encodeUtf8, type Diagnostic } from "@strata/support";
import { fileTypes, RETURN_STATUS, severities } from "./api.ts";
import { emissionFailed, fromLLVM, invalidIR, passesFailed, rejectedIR } from "./errors.ts";
import type { LLVM } from "./library.ts";
import {
  expectPointer,
  giveBuffer,
  PointerSlot,
  takeBuffer,
  takeError,
  takeMessage,
} from "./memory.ts";
import type { TargetMachine } from "./target.ts";

/** Collects what LLVM reports; it reports on the calling thread, while a call runs. */
let listener: Diagnostic[] | undefined;
let handler: bigint | undefined;

function reportHandler(llvm: LLVM): bigint {
  if (handler === undefined) {
    const { functions: f } = llvm;
    handler = callbackAddress(["void", ["void *", "void *"]], (info) => {
      const severity = severities[f.diagnosticSeverity(info)] ?? "error";
      const text = f.diagnosticText(info);
      const message = text === null ? "" : stringAt(text);
      f.disposeMessage(text);
      listener?.push(fromLLVM(severity, message));
      return undefined;
    }).address;
  }
  return handler;
}

/** A module of LLVM IR. */
export class LLVMModule {
  readonly llvm: LLVM;
  /** What LLVM had to say so far. */
  readonly reports: Diagnostic[] = [];
  #context: bigint;
  #module: bigint;

  /** Reads text or bitcode; a diagnostic for what LLVM cannot read. */
  constructor(llvm: LLVM, source: string | Uint8Array, name: string = "kernel") {
    const { functions: f } = llvm;
    this.llvm = llvm;
    this.#context = expectPointer(f.createContext(), "context");
    this.#module = 0n;
    f.setDiagnosticHandler(this.#context, reportHandler(llvm), null);
    // Text must end in a zero byte, which a copy of a buffer has.
    const bytes = typeof source === "string" ? encodeUtf8(source) : source;
    const buffer = giveBuffer(f, bytes, name);
    const [module, message] = [new PointerSlot(), new PointerSlot()];
    const failed = this.#listen(() => f.parseIR(this.#context, buffer, module.cell, message.cell));
    if (failed !== 0) {
      const text = takeMessage(f, message.value);
      this.release();
      throw invalidIR(text === "" ? "it is malformed" : text);
    }
    this.#module = expectPointer(module.value, "module");
  }

  #listen<T>(run: () => T): T {
    const outer = listener;
    listener = this.reports;
    try {
      return run();
    } finally {
      listener = outer;
    }
  }

  /** Refuses a module that breaks LLVM's rules. */
  verify(): void {
    const { functions: f } = this.llvm;
    const message = new PointerSlot();
    const failed = this.#listen(() => f.verifyModule(this.#module, RETURN_STATUS, message.cell));
    const text = takeMessage(f, message.value);
    if (failed !== 0) throw rejectedIR(text);
  }

  /** Runs passes, written as LLVM's `opt` takes them, with the costs of a machine. */
  runPasses(pipeline: string, machine: TargetMachine): void {
    const { functions: f } = this.llvm;
    const options = f.createPassOptions();
    const error = this.#listen(() => f.runPasses(this.#module, pipeline, machine.pointer, options));
    f.disposePassOptions(options);
    const message = takeError(f, error);
    if (message !== undefined) throw passesFailed(pipeline, message);
    this.#throwReported();
  }

  /** An object or assembly for a machine. */
  emit(type: keyof typeof fileTypes, machine: TargetMachine): Uint8Array {
    const { functions: f } = this.llvm;
    const [buffer, message] = [new PointerSlot(), new PointerSlot()];
    const failed = this.#listen(() =>
      f.emitToMemory(machine.pointer, this.#module, fileTypes[type], message.cell, buffer.cell),
    );
    if (failed !== 0) throw emissionFailed(takeMessage(f, message.value));
    const bytes = takeBuffer(f, expectPointer(buffer.value, "code"));
    this.#throwReported();
    return bytes;
  }

  /** The module as bitcode. */
  bitcode(): Uint8Array {
    const { functions: f } = this.llvm;
    return takeBuffer(f, expectPointer(f.writeBitcode(this.#module), "bitcode"));
  }

  /** The module as text. */
  text(): string {
    const { functions: f } = this.llvm;
    return takeMessage(f, f.printModule(this.#module));
  }

  /** Gives the module back. Twice is harmless. */
  release(): void {
    const { functions: f } = this.llvm;
    if (this.#module !== 0n) f.disposeModule(this.#module);
    if (this.#context !== 0n) f.disposeContext(this.#context);
    this.#module = this.#context = 0n;
  }

  #throwReported(): void {
    const errors = this.reports.filter(({ severity }) => severity === "error");
    if (errors.length > 0) throw new DiagnosticError(errors);
  }
}
