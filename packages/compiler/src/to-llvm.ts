/**
 * From loops and vectors to the LLVM dialect.
 *
 * | step | why it stands here |
 * |---|---|
 * | convert-scf-to-openmp | threads share loops, which are gone after the next step |
 * | math-expand | vectors would call a library function for each lane |
 * | convert-scf-to-cf | LLVM knows blocks and branches only |
 * | convert-to-llvm | all dialects at once: their types meet in every operation |
 * | cse, dce | lowerings repeat constants and address computations, and leave some unused |
 * | convert-omp-to-runtime | regions of threads become functions; what they share must be final |
 */
import { arithToLLVM } from "@strata/arith/lower-to-llvm";
import { cfToLLVM } from "@strata/cf/lower-to-llvm";
import { funcToLLVM } from "@strata/func/lower-to-llvm";
import { expectVerified, ModuleOp } from "@strata/ir";
import { createLLVMTypeConverter } from "@strata/llvm/lowering";
import { expandMath } from "@strata/math/expand";
import { mathToLLVM } from "@strata/math/lower-to-llvm";
import { memrefToLLVM } from "@strata/memref/lower-to-llvm";
import { allowConvertedOmp, lowerOmpToRuntime, ompToLLVM } from "@strata/omp/lower-to-llvm";
import { definePass, type PassDefinition } from "@strata/pass";
import {
  applyFullConversion,
  ConversionTarget,
  PatternSet,
  type RewritePattern,
  type TypeConverter,
} from "@strata/rewrite";
import { parallelizeLoops, type ParallelizeOptions } from "@strata/scf/lower-to-openmp";
import { lowerScfToCf } from "@strata/scf/lower-to-cf";
import { eliminateCommonSubexpressions, eraseDeadCode } from "@strata/transforms";
import { vectorToLLVM } from "@strata/vector/lower-to-llvm";
import { type LowerOptions, lowerTo } from "./lower.ts";
import { hostTarget, type TargetModel } from "./target.ts";

/** The lowerings that `convert-to-llvm` is made of. */
const lowerings: readonly ((converter: TypeConverter) => RewritePattern[])[] = [
  arithToLLVM,
  cfToLLVM,
  funcToLLVM,
  mathToLLVM,
  memrefToLLVM,
  ompToLLVM,
  vectorToLLVM,
];

let prepared: { readonly converter: TypeConverter; readonly patterns: PatternSet } | undefined;

function preparePatterns(): NonNullable<typeof prepared> {
  if (prepared === undefined) {
    const converter = createLLVMTypeConverter();
    const patterns = new PatternSet(lowerings.flatMap((f) => f(converter)));
    prepared = { converter, patterns };
  }
  return prepared;
}

/** Converts a module without structured control flow; a diagnostic for what has no form in LLVM. */
export function convertModuleToLLVM(module: ModuleOp): void {
  const { converter, patterns } = preparePatterns();
  const target = new ConversionTarget()
    .legalDialect("llvm")
    .legal(ModuleOp)
    .restLegalWhen(() => false);
  allowConvertedOmp(target, converter);
  applyFullConversion(module, target, patterns, { converter });
}

/** Converts `func`, `cf`, `arith`, `math`, `memref` and `vector` to the LLVM dialect. */
export const convertToLLVM: PassDefinition<ModuleOp> = definePass("convert-to-llvm", {
  summary: "Convert functions, branches, numbers, buffers and vectors to the LLVM dialect.",
  on: ModuleOp,
  run: (module) => convertModuleToLLVM(module),
});

/** What a caller may watch. */
export interface LowerToLLVMOptions {
  /** Verify after each step; on by default. */
  readonly verifyEach?: boolean;
  /** Called after each step with its name. */
  readonly onPass?: (name: string, module: ModuleOp) => void;
  /** Deal parallel loops out to threads, through OpenMP's runtime; off unless asked for. */
  readonly threads?: boolean | ParallelizeOptions;
}

/** Lowers a module of loops and vectors to the LLVM dialect, in place. */
export function lowerToLLVM(module: ModuleOp, options: LowerToLLVMOptions = {}): void {
  const step = (name: string, run: () => void): void => {
    run();
    if (options.verifyEach !== false) expectVerified(module);
    options.onPass?.(name, module);
  };
  const { threads = false } = options;
  if (threads !== false) {
    const choices = threads === true ? {} : threads;
    step("convert-scf-to-openmp", () => parallelizeLoops(module, choices));
  }
  step("math-expand", () => expandMath(module));
  step("convert-scf-to-cf", () => lowerScfToCf(module));
  step("convert-to-llvm", () => convertModuleToLLVM(module));
  step("cse", () => eliminateCommonSubexpressions(module));
  step("dce", () => eraseDeadCode(module));
  step("convert-omp-to-runtime", () => lowerOmpToRuntime(module));
}

/** Lowers a module of the pattern level to the LLVM dialect, in place, for a target. */
export function lowerKernelToLLVM(
  module: ModuleOp,
  target: TargetModel = hostTarget,
  options: LowerOptions & LowerToLLVMOptions = {},
): void {
  lowerTo(module, "vector", target, options);
  lowerToLLVM(module, options);
}

export { runLowered } from "./run-lowered.ts";
