/** Running passes over one module, for `kernelc opt`. */
import type { Context, ModuleOp } from "@strata/ir";
import { PassFailure, runPipeline, type Pipeline, type TimingNode } from "@strata/pass";
import { SourceFile, type Diagnostic } from "@strata/support";
import type { CommandContext } from "../cli.ts";

/** How passes are run. */
export interface PassRun {
  readonly pipeline: Pipeline;
  readonly context: Context;
  readonly verify: boolean;
  /** Print the IR to standard error after each pass. */
  readonly printAfterAll: boolean;
  /** The text that the module was read from. */
  readonly text: () => string;
}

/** Transforms a module in place; what the passes reported, and their times. */
export function runPasses(
  module: ModuleOp,
  { pipeline, context, verify, printAfterAll, text }: PassRun,
  cx: CommandContext,
): { readonly diagnostics: readonly Diagnostic[]; readonly timing: TimingNode } {
  try {
    return runPipeline(pipeline, module, {
      context,
      verify,
      reproducer: text,
      printIr: {
        after: printAfterAll,
        write: ({ header, text }) => cx.io.stderr.write(`${header}\n${text}\n`),
      },
    });
  } catch (error) {
    if (error instanceof PassFailure && error.reproducer !== undefined) {
      cx.sources.push(new SourceFile("reproducer.mlir", error.reproducer));
    }
    throw error;
  }
}
