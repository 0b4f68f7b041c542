/**
 * `omp` to calls of LLVM's OpenMP runtime (libomp), in two steps:
 *
 * 1. `ompToLLVM`: patterns that give operands and regions the types of the LLVM dialect, together
 *    with the conversion of everything else;
 * 2. `lowerOmpToRuntime`: regions of `omp.parallel` become functions that `__kmpc_fork_call` runs on
 *    every thread, the constructs inside become blocks and calls.
 */
import { collect, ModuleOp, type Operation, spanOf, walk } from "@strata/ir";
import * as llvm from "@strata/llvm";
import { definePass, type PassDefinition } from "@strata/pass";
import {
  conversionPattern,
  type ConversionTarget,
  type RewritePattern,
  type TypeConverter,
} from "@strata/rewrite";
import { DiagnosticError, userError } from "@strata/support";
import { lowerConstruct } from "./lower-to-llvm/constructs.ts";
import { outline } from "./lower-to-llvm/outline.ts";
import { Runtime } from "./lower-to-llvm/runtime.ts";
import { lowerWsloop } from "./lower-to-llvm/wsloop.ts";
import * as ops from "./ops.ts";

/** The operations that stay while the others are converted, with other types. */
const kept = [
  ops.Barrier,
  ops.Critical,
  ops.CriticalDeclare,
  ops.DeclareReduction,
  ops.Flush,
  ops.LoopNest,
  ops.Masked,
  ops.Master,
  ops.Parallel,
  ops.Single,
  ops.Terminator,
  ops.Wsloop,
  ops.Yield,
] as const;

/** Whether all types of an operation are those of the LLVM dialect. */
function isConverted(op: Operation, converter: TypeConverter): boolean {
  if (op.operandTypes.some((t) => !converter.isLegal(t))) return false;
  return op.regions.every((r) =>
    [...r.blocks()].every((b) => b.args.every((a) => converter.isLegal(a.type))),
  );
}

/** Lets the operations of the dialect stay once their types are converted. */
export function allowConvertedOmp(target: ConversionTarget, converter: TypeConverter): void {
  target.legalDialectWhen("omp", (op) => isConverted(op, converter));
}

/** Patterns that give the operations of the dialect the types of the LLVM dialect. */
export function ompToLLVM(converter: TypeConverter): RewritePattern[] {
  return [
    conversionPattern<Operation>(
      "omp-types-to-llvm",
      kept,
      (op, adaptor, r) => {
        if (adaptor.convertedOperands.some((values) => values.length !== 1)) {
          return r.fail("a value that becomes several cannot be shared with a construct");
        }
        for (const region of op.regions) if (!r.convertRegion(region)) return false;
        adaptor.convertedOperands.forEach(([v], i) => r.setOperand(op, i, v!));
        return true;
      },
      { converter },
    ),
  ];
}

/** Replaces the constructs of a converted module by blocks and calls of libomp, in place. */
export function lowerOmpToRuntime(module: ModuleOp): void {
  const t = new Runtime(module);
  for (const func of collect(module, llvm.FuncOp)) {
    const parallel: ops.Parallel[] = [];
    walk(
      func,
      (op) => {
        if (op instanceof ops.Parallel) parallel.push(op);
      },
      "post",
    );
    parallel.forEach((op, n) => outline(t, op, `${func.sym_name.value}.omp${n}`));
  }
  walkOmp(module, (op) => {
    if (op instanceof ops.Wsloop) lowerWsloop(t, op);
    else if (!lowerConstruct(t, op) && !isDeclaration(op)) refuse(op);
  });
  for (const op of collect(module, ops.DeclareReduction)) op.erase();
  for (const op of collect(module, ops.CriticalDeclare)) op.erase();
}

const isDeclaration = (op: Operation): boolean =>
  op instanceof ops.DeclareReduction || op instanceof ops.CriticalDeclare;

/** Visits the outermost operations of the dialect until none is left. */
function walkOmp(module: ModuleOp, visit: (op: Operation) => void): void {
  for (const func of collect(module, llvm.FuncOp)) {
    for (;;) {
      const outermost: Operation[] = [];
      walk(func, (op) => {
        if (op.definition.dialectName !== "omp") return undefined;
        outermost.push(op);
        return "skip";
      });
      if (outermost.length === 0) break;
      outermost.forEach(visit);
    }
  }
}

function refuse(op: Operation): never {
  const hint =
    op instanceof ops.LoopNest ? "put it inside `omp.wsloop`, so that threads share it" : undefined;
  throw new DiagnosticError(
    userError("omp.lower", `\`${op.name}\` has no form in calls of the runtime here`, {
      span: spanOf(op),
      hint,
    }),
  );
}

/** Makes calls of libomp of the constructs of a module in the LLVM dialect. */
export const convertOmpToRuntime: PassDefinition<ModuleOp> = definePass("convert-omp-to-runtime", {
  summary: "Make functions and calls of libomp of OpenMP's constructs.",
  on: ModuleOp,
  run: (module) => lowerOmpToRuntime(module),
});
