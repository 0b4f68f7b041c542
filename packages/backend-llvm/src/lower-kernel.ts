/**
 * From a module of the pattern level to the LLVM dialect, for a machine.
 *
 * Invariants: the kernel's buffers are promised not to overlap; all functions but the kernel are
 * internal; how the kernel takes its arguments is read off its type before it is lowered.
 */
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
  type ModuleOp,
  type Type,
  UnitAttr,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import type { CompileRequest } from "@strata/runtime";
import type { SlotPlan, SlotType } from "./device/image.ts";
import { targetModelOf } from "./model.ts";
import type { MachineDescription } from "./native/target.ts";
import { callVectorMath, markVectorMathPure } from "./vector-math.ts";

/** A kernel in the LLVM dialect. */
export interface LoweredKernel {
  readonly kernel: llvm.FuncOp;
  /** The parameters, then the tensor results. */
  readonly params: readonly SlotPlan[];
  /** The scalar results. */
  readonly scalars: readonly SlotType[];
  /** Whether it starts threads, through OpenMP's runtime library. */
  readonly threaded: boolean;
  /** Whether it calls functions of vectors of this machine's library. */
  readonly callsVectorMath: boolean;
}

/** What a function that starts threads calls. */
const FORK = "__kmpc_fork_call";

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

/** What is used of the machine that code is for. */
export interface LowerKernelOptions {
  /** Deal loops out to threads; a number is the instructions from which a loop is worth it. */
  readonly threads?: boolean | number;
  /** Call functions of vectors of this machine's library. */
  readonly vectorMath?: boolean;
  /** Leave scalars what they are; vectors are made unless told otherwise. */
  readonly scalar?: boolean;
  /** A schedule from loops to vectors in place of the compiler's own. */
  readonly vectorize?: CompileRequest["vectorize"];
}

/** Lowers a module in place; with `threads`, loops are dealt out to threads where that pays. */
export function lowerKernel(
  module: ModuleOp,
  entry: string,
  machine: MachineDescription,
  { threads = false, vectorMath = false, scalar = false, vectorize }: LowerKernelOptions = {},
): LoweredKernel {
  const verifyEach = false;
  const schedule = vectorize === undefined ? {} : { vectorize };
  const share = typeof threads === "number" ? { threshold: threads } : threads;
  const choices = { verifyEach, threads: share, ...schedule };
  lowerTo(module, scalar ? "loop" : "vector", targetModelOf(machine), choices);
  const kernel = kernelOf(module, entry);
  const { inputs, results } = kernel.type;
  const plans = { params: inputs.map(planOf), scalars: results.map(slotTypeOf) };
  promiseDistinctBuffers(kernel);
  if (vectorMath) callVectorMath(module, machine);
  lowerToLLVM(module, { verifyEach, threads: share });
  const functions = collect(module, llvm.FuncOp);
  const lowered = functions.find((f) => f.sym_name.value === entry);
  if (lowered === undefined) throw new Error(`lowering lost @${entry}`);
  for (const f of functions) {
    if (f.isDeclaration || f === lowered) continue;
    f.setAttr("linkage", llvm.LinkageAttr.of("internal"));
  }
  const callsVectorMath = markVectorMathPure(functions);
  const threaded = functions.some((f) => f.sym_name.value === FORK);
  return { kernel: lowered, ...plans, threaded, callsVectorMath };
}
