/**
 * From a module of the pattern level to a kernel that can be kept.
 *
 * Invariants: the object defines one symbol, whose name is a digest of everything that the code
 * depends on; what a kernel allocates goes through functions that tell when there is no room.
 */
import { createHash } from "node:crypto";
import { collect, ModuleOp, StringAttr, SymbolRefAttr } from "@strata/ir";
import * as llvm from "@strata/llvm";
import type { CompileRequest } from "@strata/runtime";
import type { Diagnostic } from "@strata/support";
import { emitLLVMIR } from "../emit/module.ts";
import { lowerKernel, type LowerKernelOptions } from "../lower-kernel.ts";
import { generateCode, type OptimizeLevel } from "../native/codegen.ts";
import type { LLVM } from "../native/library.ts";
import { hostMachine, type MachineDescription } from "../native/target.ts";
import { addEntry, ENTRY } from "./entry.ts";
import { CALL_ABI, type LLVMImage } from "./image.ts";

/** How a kernel is compiled. */
export interface ImageOptions {
  readonly optimize: OptimizeLevel;
  /** Deal loops out to threads; a number is the instructions from which a loop is worth it. */
  readonly threads: boolean | number;
  /** A schedule from loops to vectors in place of the compiler's own. */
  readonly vectorize?: CompileRequest["vectorize"];
}

/** The library functions that are redirected, to the ones of `support-code.ts`. */
const redirected = new Map([
  ["aligned_alloc", "strata_alloc"],
  ["free", "strata_free"],
]);

/** Makes allocations tell when there is no room; whether there are any. */
function redirectAllocations(module: ModuleOp): boolean {
  let found = false;
  for (const op of collect(module, llvm.FuncOp)) {
    const to = redirected.get(op.sym_name.value);
    if (to === undefined) continue;
    op.setAttr("sym_name", StringAttr.get(to));
    found = true;
  }
  if (!found) return false;
  for (const op of collect(module, llvm.CallOp)) {
    const to = redirected.get(op.callee?.root ?? "");
    if (to !== undefined) op.setAttr("callee", SymbolRefAttr.get(to));
  }
  return true;
}

/** Lowers a kernel, and adds the function that it is called by; what an image says besides code. */
export function lowerToEntry(
  module: unknown,
  entry: string,
  machine: MachineDescription,
  options: LowerKernelOptions,
): Omit<LLVMImage, "binary" | "symbol"> & { readonly module: ModuleOp } {
  if (!(module instanceof ModuleOp)) {
    throw new TypeError("the device `llvm` compiles modules of the pattern level");
  }
  const lowered = lowerKernel(module, entry, machine, options);
  const { kernel, params, scalars, threaded, callsVectorMath } = lowered;
  const allocates = redirectAllocations(module);
  kernel.setAttr("linkage", llvm.LinkageAttr.of("internal"));
  addEntry(module, lowered);
  const call = { abi: CALL_ABI, machine, params, scalars };
  return { module, ...call, allocates, threaded, callsVectorMath };
}

/** The symbol of code that depends on these texts. */
export function symbolFor(...identity: readonly string[]): string {
  const digest = createHash("sha256").update(identity.join("\0")).digest("hex");
  return `${ENTRY}_${digest.slice(0, 32)}`;
}

/** Compiles the function of a module, which is lowered in place, for this machine. */
export function compileImage(
  found: LLVM,
  module: unknown,
  entry: string,
  { optimize, threads, vectorize }: ImageOptions,
): { readonly image: LLVMImage; readonly reports: readonly Diagnostic[] } {
  const machine = hostMachine(found);
  const choices = { threads, vectorMath: true, vectorize };
  const { module: lowered, ...call } = lowerToEntry(module, entry, machine, choices);
  const text = emitLLVMIR(lowered);
  const machineText = JSON.stringify(machine);
  const symbol = symbolFor(found.version, machineText, optimize, String(CALL_ABI), text);
  const named = text.replaceAll(`@${ENTRY}(`, `@${symbol}(`);
  const options = { machine, format: "obj", optimize, name: entry } as const;
  const { bytes, reports } = generateCode(found, named, options);
  return { image: { binary: bytes, symbol, ...call }, reports };
}
