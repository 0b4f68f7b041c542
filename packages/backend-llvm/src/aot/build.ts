/**
 * Kernels compiled ahead of time, as files that other programs use.
 *
 * Invariants: the file defines the kernel under its own name, called as `header.ts` says; code for
 * another machine than this one is made in a process of its own.
 */
import { ModuleOp } from "@strata/ir";
import { encodeUtf8, type Diagnostic, type KernelSignature } from "@strata/support";
import { emitLLVMIR } from "../emit/module.ts";
import type { CompileRequest } from "@strata/runtime";
import { lowerKernel } from "../lower-kernel.ts";
import { generateInChild } from "../native/codegen-child.ts";
import { generateCode, type CodeFormat, type OptimizeLevel } from "../native/codegen.ts";
import { expectLLVM } from "../native/library.ts";
import { hostMachine, isHost, machineFor } from "../native/target.ts";
import { extendNarrowIntegers } from "./extension.ts";
import { kernelHeader } from "./header.ts";
import { expectLinker, linkShared } from "./link.ts";

/** What may be built. */
export const buildFormats = ["bc", "asm", "obj", "so", "header"] as const;
export type BuildFormat = (typeof buildFormats)[number];

/** What to build, and for which machine. */
export interface BuildRequest {
  readonly signature: KernelSignature;
  /** The kernel at the pattern level; it is used up. */
  readonly module: unknown;
  readonly format: BuildFormat;
  /** A target triple; this machine's by default. */
  readonly triple?: string | undefined;
  /** A processor as LLVM names it; `native`, or the target's generic one by default. */
  readonly cpu?: string | undefined;
  readonly optimize?: OptimizeLevel | undefined;
  /** A schedule from loops to vectors in place of the compiler's own. */
  readonly vectorize?: CompileRequest["vectorize"];
}

/** What was built. */
export interface BuiltFile {
  readonly content: string | Uint8Array;
  /** What LLVM had to say. */
  readonly reports: readonly Diagnostic[];
}

const isText: Readonly<Record<BuildFormat, boolean>> = {
  bc: false,
  asm: true,
  obj: false,
  so: false,
  header: true,
};

/** Builds a kernel; diagnostics for whatever the machine or LLVM lacks. */
export async function buildKernel(request: BuildRequest): Promise<BuiltFile> {
  const { module, signature, format, triple, cpu, optimize = "full" } = request;
  if (!(module instanceof ModuleOp)) throw new TypeError("kernels are built from modules");
  if (format === "header") {
    const generic = { triple: "", cpu: "", features: "" };
    const { params } = lowerKernel(module, signature.name, generic);
    return { content: kernelHeader(signature, params), reports: [] };
  }
  const found = expectLLVM();
  const own = hostMachine(found);
  const machine =
    triple === undefined && (cpu === undefined || cpu === "native")
      ? own
      : machineFor(found, triple ?? own.triple, cpu);
  if (format === "so") expectLinker(machine, isHost(found, machine));
  const isOwn = machine === own;
  const lowered = lowerKernel(module, signature.name, machine, {
    vectorMath: isOwn,
    vectorize: request.vectorize,
  });
  extendNarrowIntegers(lowered, signature, machine);
  const text = emitLLVMIR(module);
  const code: CodeFormat = format === "so" ? "obj" : format;
  const options = { format: code, optimize, name: signature.name };
  const { bytes, reports } = isOwn
    ? generateCode(found, text, { ...options, machine })
    : await generateInChild(encodeUtf8(text), machine, options);
  if (format === "so") {
    const name = { name: signature.name, isHost: isHost(found, machine) };
    return { content: await linkShared(bytes, machine, name), reports };
  }
  return { content: isText[format] ? new TextDecoder().decode(bytes) : bytes, reports };
}
