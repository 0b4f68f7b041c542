/** Running one pass on short texts. */
import {
  Context,
  builtin,
  type Dialect,
  expectVerified,
  parseModule,
  printOperation,
} from "@strata/ir";
import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { func } from "@strata/func";
import { tiny } from "@strata/testing/tiny";
import { parsePipeline, PassRegistry, runPipeline, type RunResult } from "@strata/pass";
import { registerTransforms } from "../src/index.ts";

const dialects: readonly Dialect[] = [builtin, func, arith, cf, tiny];
export const context: Context = new Context(dialects);
const registry = registerTransforms(new PassRegistry());

/** Runs a pipeline on a module given as text; the module after, and what the run found out. */
export function runOn(pipelineText: string, source: string): { text: string; result: RunResult } {
  const module = parseModule(context, source);
  expectVerified(module);
  const result = runPipeline(parsePipeline(pipelineText, registry), module, { context });
  expectVerified(module);
  return { text: printOperation(module), result };
}

/**
 * The lines inside the only function of the module after a pipeline, without indentation; values
 * are numbered in the order in which the text shows them.
 */
export function linesAfter(pipelineText: string, body: string): string[] {
  const source = `func.func @f(%a: i32, %b: i32, %c: i1) -> i32 {\n${body}\n}`;
  const lines = runOn(pipelineText, source).text.split("\n");
  const names = new Map<string, string>();
  const rename = (name: string): string => {
    let short = names.get(name);
    if (short === undefined) names.set(name, (short = `%${names.size}`));
    return short;
  };
  return lines.slice(2, -3).map((l) =>
    l
      .trim()
      .replace(/\s+\/\/ pred.*/u, "")
      .replaceAll(/%\d+/gu, rename),
  );
}
