/**
 * `scf` to `cf`: structured operations become blocks and branches.
 *
 * ```mlir
 * %r = scf.for %i = %lo to %hi step %s iter_args(%a = %x) -> (f32) { …; scf.yield %b : f32 }
 * // becomes
 *   cf.br ^head(%lo, %x : index, f32)
 * ^head(%i: index, %r: f32):
 *   %c = arith.cmpi slt, %i, %hi : index
 *   cf.cond_br %c, ^body, ^rest
 * ^body:
 *   …
 *   %next = arith.addi %i, %s : index
 *   cf.br ^head(%next, %b : index, f32)
 * ^rest:
 * ```
 *
 * Parallel loops first become nests of `scf.for`, in row-major order; their reductions are carried.
 */
import { collect, ModuleOp, type Operation, spanOf } from "@strata/ir";
import { definePass, type PassDefinition } from "@strata/pass";
import { applyPartialConversion, ConversionTarget, PatternSet } from "@strata/rewrite";
import { DiagnosticError, userError } from "@strata/support";
import { branchPatterns } from "./lower-to-cf/branches.ts";
import { loopPatterns } from "./lower-to-cf/loops.ts";
import { parallelPatterns } from "./lower-to-cf/parallel.ts";
import * as ops from "./ops.ts";

const structured = [
  ops.ExecuteRegion,
  ops.For,
  ops.Forall,
  ops.If,
  ops.IndexSwitch,
  ops.Parallel,
  ops.While,
] as const;

const target = new ConversionTarget().illegal(...structured);

let patterns: PatternSet | undefined;

/** Lowers every structured operation inside `root`; a diagnostic for a `scf.forall` on tensors. */
export function lowerScfToCf(root: Operation): void {
  for (const op of collect(root, ops.Forall)) {
    if (op.outs.length === 0) continue;
    throw new DiagnosticError(
      userError("scf.forall-tensors", "a `scf.forall` with results has no form in `cf`", {
        span: spanOf(op),
        hint: "bufferize it first, so that it writes to memory",
      }),
    );
  }
  patterns ??= new PatternSet([...loopPatterns, ...branchPatterns, ...parallelPatterns]);
  applyPartialConversion(root, target, patterns);
}

/** Makes blocks and branches of structured control flow. */
export const convertScfToCf: PassDefinition<ModuleOp> = definePass("convert-scf-to-cf", {
  summary: "Make blocks and branches of structured control flow.",
  on: ModuleOp,
  run: (module) => lowerScfToCf(module),
});
