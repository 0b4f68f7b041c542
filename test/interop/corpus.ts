/**
 * The conformance corpus: textual IR that `mlir-opt` accepts, in the pretty and the generic form, and
 * what becomes of it here.
 *
 * The files stay outside the project (`../shared/corpus` beside the checkout, or what the
 * environment variable `STRATA_CORPUS` names): they are inputs, nothing of them is copied.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Context,
  type ModuleOp,
  parseModule,
  printOperation,
  UnregisteredOp,
  verify,
  walk,
} from "@strata/ir";
import { DiagnosticError, SourceFile, summarize } from "@strata/support";
import { tryMlirOpt } from "@strata/testing";

/** The folder with `pretty/` and `generic/`. */
export const corpusFolder: string =
  process.env["STRATA_CORPUS"] ??
  fileURLToPath(new URL("../../../shared/corpus/mlir", import.meta.url));

/** For `test.skipIf`: the corpus is not here, and this is no run that may leave nothing out. */
export const skipCorpus: boolean =
  !existsSync(corpusFolder) && process.env["CI"] === undefined && !process.env["STRATA_CI"];

/** What stands between the modules of one file. */
const separator = /^\/\/ -----.*$/m;
const newSeparator = "// -----\n";

/** The names of the files. */
export function corpusFiles(): string[] {
  return readdirSync(join(corpusFolder, "generic")).sort();
}

/** The modules of a file. */
export function readPieces(form: "pretty" | "generic", file: string): string[] {
  return readFileSync(join(corpusFolder, form, file), "utf8").split(separator);
}

/** A module's generic text by us, or why there is none. */
export type Printed = { readonly text: string } | { readonly reason: string };

/** Parses, verifies and prints in the generic form. */
export function printPiece(context: Context, text: string, name: string): Printed {
  try {
    const module = parseModule(context, new SourceFile(name, text));
    const problems = verify(module);
    if (problems.length > 0) return { reason: summarize(problems[0]!) };
    return { text: printOperation(module, { generic: true }) };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { reason: summarize(error.diagnostics[0]!) };
  }
}

/** The dialects a module uses that the context does not have. */
export function foreignDialects(context: Context, text: string): string[] {
  const found = new Set<string>();
  let module: ModuleOp;
  try {
    module = parseModule(context, text);
  } catch (error) {
    if (error instanceof DiagnosticError) return [];
    throw error;
  }
  walk(module, (op) => {
    if (op instanceof UnregisteredOp) found.add(op.definition.dialectName);
  });
  return [...found].sort();
}

const genericArgs = [
  "--allow-unregistered-dialect",
  "--mlir-print-op-generic",
  "--split-input-file",
];

/**
 * The generic form that `mlir-opt` prints for each text; in place of what it refuses, its
 * complaint. Texts go in batches, one process each; a batch with an error is halved.
 */
export function upstreamGeneric(texts: readonly string[]): Printed[] {
  if (texts.length === 0) return [];
  const answer = tryMlirOpt(texts.join(newSeparator), genericArgs);
  if (answer.ok) {
    const parts = answer.output.split(separator);
    if (parts.length === texts.length) return parts.map((text) => ({ text: text.trim() }));
  }
  if (texts.length === 1) {
    return [{ reason: (answer.errors || answer.output).split("\n")[0] ?? "" }];
  }
  const half = texts.length >> 1;
  return [...upstreamGeneric(texts.slice(0, half)), ...upstreamGeneric(texts.slice(half))];
}

/** Where two texts first differ, for people. */
export function firstDifference(found: string, wanted: string): string {
  const a = found.split("\n");
  const b = wanted.split("\n");
  const i = a.findIndex((line, k) => line !== b[k]);
  const at = i < 0 ? a.length : i;
  return `${(a[at] ?? "(end)").trim()} instead of ${(b[at] ?? "(end)").trim()}`;
}
