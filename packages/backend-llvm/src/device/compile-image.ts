/**
 * From a module of the pattern level to a kernel that can be kept.
 *
 * Invariants: the object defines one symbol, whose name is a digest of everything that the code
 * depends on; what a kernel allocates goes through functions that tell when there is no room.
 */
import { createHash } from "node:crypto";
import { lowerTo } from "@strata/compiler";
import { lowerToLLVM } from "@strata/compiler/to-llvm";
import { FuncOp } from "@strata/func";
import {
  ArrayAttr,
  type Attribute,
  bf16,
  collect,
  DictionaryAttr,
  FloatType,
  IndexType,
  IntegerType,
  MemRefType,
  ModuleOp,
  StringAttr,
  SymbolRefAttr,
  type Type,
  UnitAttr,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import type { Diagnostic } from "@strata/support";
import { emitLLVMIR } from "../emit/module.ts";
import { generateCode, type OptimizeLevel } from "../native/codegen.ts";
import type { LLVM } from "../native/library.ts";
import { hostMachine } from "../native/target.ts";
import { addEntry, ENTRY } from "./entry.ts";
import { CALL_ABI, type LLVMImage, type SlotPlan, type SlotType } from "./image.ts";
import { targetModelOf } from "./model.ts";

/** How a kernel is compiled. */
export interface ImageOptions {
  readonly optimize: OptimizeLevel;
}

/** The library functions that are redirected, to the ones of `support-code.ts`. */
const redirected = new Map([
  ["aligned_alloc", "strata_alloc"],
  ["free", "strata_free"],
]);

/** The function of a module that is the kernel. */
function kernelOf(module: ModuleOp, entry: string): FuncOp {
  for (const op of module.ops()) {
    if (op instanceof FuncOp && op.symbolName === entry) return op;
  }
  throw new Error(`the module has no function @${entry}`);
}

function slotTypeOf(type: Type): SlotType {
  if (type instanceof IndexType) return "i64";
  if (type instanceof FloatType) {
    if (type === bf16) return "bf16";
    if (type.width === 16) return "f16";
    if (type.width === 32) return "f32";
    if (type.width === 64) return "f64";
  } else if (type instanceof IntegerType) {
    if (type.width <= 8) return "i8";
    if (type.width === 16) return "i16";
    if (type.width === 32) return "i32";
    if (type.width === 64) return "i64";
  }
  throw new Error(`a kernel takes no ${type.toString()}`);
}

function planOf(type: Type): SlotPlan {
  if (!(type instanceof MemRefType)) return { kind: "scalar", type: slotTypeOf(type) };
  return { kind: "tensor", extents: type.shape.flatMap((n, d) => (n < 0 ? [d] : [])) };
}

/**
 * Promises that no buffer overlaps one that is written: the device refuses results that share
 * memory with arguments, and a kernel does not write its arguments.
 */
function promiseDistinctBuffers(kernel: FuncOp): void {
  const list = kernel.arg_attrs instanceof ArrayAttr ? kernel.arg_attrs.values : [];
  const attributes = kernel.type.inputs.map((type, i): DictionaryAttr => {
    const given = list[i];
    const own = given instanceof DictionaryAttr ? [...given.entries] : [];
    const added: [string, Attribute][] =
      type instanceof MemRefType ? [["llvm.noalias", UnitAttr.instance]] : [];
    return DictionaryAttr.get([...own, ...added]);
  });
  kernel.setAttr("arg_attrs", ArrayAttr.get(attributes));
}

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

/** Compiles the function of a module, which is lowered in place, for this machine. */
export function compileImage(
  found: LLVM,
  module: unknown,
  entry: string,
  { optimize }: ImageOptions,
): { readonly image: LLVMImage; readonly reports: readonly Diagnostic[] } {
  if (!(module instanceof ModuleOp)) {
    throw new TypeError("the device `llvm` compiles modules of the pattern level");
  }
  const machine = hostMachine(found);
  const verify = { verifyEach: false };
  lowerTo(module, "vector", targetModelOf(machine), verify);
  const kernel = kernelOf(module, entry);
  const { inputs, results } = kernel.type;
  const plans = { params: inputs.map(planOf), scalars: results.map(slotTypeOf) };
  promiseDistinctBuffers(kernel);
  lowerToLLVM(module, verify);
  const allocates = redirectAllocations(module);
  const lowered = collect(module, llvm.FuncOp).find((f) => f.sym_name.value === entry)!;
  for (const f of collect(module, llvm.FuncOp)) {
    if (!f.isDeclaration) f.setAttr("linkage", llvm.LinkageAttr.of("internal"));
  }
  addEntry(module, lowered, results.length);
  const text = emitLLVMIR(module);
  const identity = [found.version, JSON.stringify(machine), optimize, String(CALL_ABI), text];
  const symbol = `${ENTRY}_${createHash("sha256").update(identity.join("\0")).digest("hex").slice(0, 32)}`;
  const { bytes, reports } = generateCode(found, text.replaceAll(`@${ENTRY}(`, `@${symbol}(`), {
    machine,
    format: "obj",
    optimize,
    name: entry,
  });
  const image = { binary: bytes, symbol, abi: CALL_ABI, machine, ...plans, allocates };
  return { image: { ...image, threaded: false }, reports };
}
