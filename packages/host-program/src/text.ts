/** Host code as text, to be kept beside the device's code and read by a later process. */
import { arith } from "@strata/arith";
import { func, FuncOp } from "@strata/func";
import { gpu } from "@strata/gpu";
import { builtin, Context, type ModuleOp, parseModule, printOperation } from "@strata/ir";
import { math } from "@strata/math";
import { memref } from "@strata/memref";
import { scf } from "@strata/scf";

/** The functions of a module by name; those of its `gpu.module`s are not among them. */
export function hostFunctions(module: ModuleOp): Map<string, FuncOp> {
  const found = new Map<string, FuncOp>();
  for (const op of module.ops()) if (op instanceof FuncOp) found.set(op.symbolName, op);
  return found;
}

/** The host functions of a module as text. */
export function writeHost(module: ModuleOp): string {
  return [...hostFunctions(module).values()].map((f) => printOperation(f)).join("\n");
}

/** Host functions from text that `writeHost` gave; an error for other text. */
export function readHost(text: string): Map<string, FuncOp> {
  const context = new Context([builtin, arith, func, gpu, math, memref, scf]);
  return hostFunctions(parseModule(context, text));
}
