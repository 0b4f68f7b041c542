/**
 * From the command line to a pipeline: `--pass-pipeline`, or passes as options in their order.
 *
 * Invariant: whatever is wrong with it is an error of usage.
 */
import type { Context } from "@strata/ir";
import { parsePipeline, PassManager, type PassRegistry, type Pipeline } from "@strata/pass";
import { DiagnosticError, didYouMean, SourceFile } from "@strata/support";
import { UsageError, usageError } from "../failures.ts";

/** A pass given as an option: its name without dashes, and what follows `=`. */
export interface PassFlag {
  readonly name: string;
  readonly options: string;
}

/** The file and the passes among arguments that commander does not know. */
export function splitArguments(args: readonly string[]): {
  readonly file: string | undefined;
  readonly flags: readonly PassFlag[];
} {
  const files = args.filter((arg) => arg === "-" || !arg.startsWith("-"));
  if (files.length > 1) {
    throw usageError("cli.excess-arguments", `one file is expected, found ${files.join(" ")}`, {
      hint: "write options of a pass behind =, as in --canonicalize=max-iterations=3",
    });
  }
  const flags = args
    .filter((arg) => arg !== "-" && arg.startsWith("-"))
    .map((arg) => {
      const [, name = "", options = ""] = /^--?([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
      return { name, options };
    });
  return { file: files[0], flags };
}

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
    return new PassManager(parsePipeline(file, registry, { context })).pipeline;
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
