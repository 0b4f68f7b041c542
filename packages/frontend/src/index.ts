/**
 * The kernel language's front end: text → syntax tree → typed tree → `pattern` IR.
 *
 * `parseKernelFile` reads a file, `analyzeKernel` types one kernel (specialized to argument types
 * where they are given), `emitKernel` makes its module.
 */
import { DiagnosticError, DiagnosticSink, type SourceFile } from "@strata/support";
import type { Module } from "./syntax/ast.ts";
import { parseModule } from "./syntax/parse.ts";

export { emitKernel } from "./emit/kernel.ts";
export {
  analyzeKernel,
  kernelNames,
  type AnalyzedKernel,
  type ArgumentType,
  type Bindings,
} from "./semantics/analyze.ts";
export * from "./syntax/ast.ts";
export { parseCaptured, parseModule } from "./syntax/parse.ts";

/** A kernel file's syntax tree; every syntax error is thrown together as a `DiagnosticError`. */
export function parseKernelFile(file: SourceFile): Module {
  const sink = new DiagnosticSink();
  const module = parseModule(file, sink);
  if (sink.errorCount > 0) throw new DiagnosticError(sink.diagnostics);
  return module;
}
