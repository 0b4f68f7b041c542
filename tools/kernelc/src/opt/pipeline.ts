/**
 * From the command line to a pipeline: `--pass-pipeline`, or passes as options in their order.
 *
 * Invariant: whatever is wrong with it is an error of usage.
 */
import type { Context } from "@strata/ir";
import { parsePipeline, PassManager, type PassRegistry, type Pipeline } from "@strata/pass";
import { DiagnosticError, didYouMean, SourceFile } from "@strata/support";
import { UsageError, usageError } from "../failures.ts";
import type { PassFlag } from "./arguments.ts";

/** The pipeline asked for; `known` are the other options, for suggestions. */
export function readPipeline(
  text: string | undefined,
  flags: readonly PassFlag[],
  registry: PassRegistry,
  context: Context,
  known: readonly string[],
): Pipeline {
  if (text !== undefined && flags.length > 0) {
    const message = `--pass-pipeline and --${flags[0]?.name} both say what to run`;
    throw usageError("cli.two-pipelines", message, { hint: "use one of the two" });
  }
  const source = text ?? textOf(flags, registry, known);
  const name = text === undefined ? "<passes>" : "--pass-pipeline";
  try {
    const file = new SourceFile(name, source);
    const { pipeline } = new PassManager(parsePipeline(file, registry, { context }));
    if (["builtin.module", "any"].includes(pipeline.anchor)) return pipeline;
    throw usageError("pipeline.anchor", `the pipeline runs on ${pipeline.anchor}, not modules`, {
      hint: `write builtin.module(${pipeline.toString()})`,
    });
  } catch (error) {
    throw error instanceof DiagnosticError ? new UsageError(error.diagnostics) : error;
  }
}

/** Passes in order as pipeline text, those on nested operations nested. */
function textOf(
  flags: readonly PassFlag[],
  registry: PassRegistry,
  known: readonly string[],
): string {
  const items = flags.map(({ name, options }) => {
    const pass = registry.lookup(name);
    if (pass === undefined) throw unknownFlag(name, registry, known);
    const configured = options === "" ? name : `${name}{${options}}`;
    const nested = pass.anchor !== "any" && pass.anchor !== "builtin.module";
    return nested ? `${pass.anchor}(${configured})` : configured;
  });
  return items.join(",");
}

function unknownFlag(name: string, registry: PassRegistry, known: readonly string[]): UsageError {
  const passes = registry.list().map((pass) => `--${pass.name}`);
  return usageError("cli.unknown-option", `there is no option and no pass "--${name}"`, {
    hint: didYouMean(`--${name}`, [...known, ...passes]) ?? "`kernelc opt --list-passes` lists all",
  });
}
