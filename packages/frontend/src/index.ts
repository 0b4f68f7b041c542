/**
 * The kernel language's front end: text → syntax tree → typed tree → `pattern` IR.
 *
 * `parseKernelFile` reads a file and `parseCapturedKernel` the text of a JavaScript function;
 * `analyzeKernel` types one kernel (specialized to argument types where they are given), and
 * `emitKernel` makes its module. All throw a `DiagnosticError` with everything that is wrong.
 */
import { DiagnosticError, DiagnosticSink, type SourceFile } from "@strata/support";
import type { FunctionDeclaration, Module } from "./syntax/ast.ts";
import { parseCaptured, parseModule } from "./syntax/parse.ts";

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
export { printModule } from "./syntax/print.ts";

/** A kernel file's syntax tree; every syntax error is thrown together as a `DiagnosticError`. */
export function parseKernelFile(file: SourceFile): Module {
  const sink = new DiagnosticSink();
  const module = parseModule(file, sink);
  sink.throwIfErrors();
  return module;
}

/**
 * A JavaScript function's text, as `Function.prototype.toString` gives it, as a module with that
 * one kernel. Its parameters take their types from the arguments it is analyzed with.
 */
export function parseCapturedKernel(file: SourceFile): Module {
  const sink = new DiagnosticSink();
  const captured = parseCaptured(file, sink);
  if (captured === undefined || sink.hasErrors) throw new DiagnosticError(sink.diagnostics);
  const { body } = captured;
  const { start, end } = body;
  const kernel: FunctionDeclaration = {
    ...captured,
    body:
      body.kind === "block"
        ? body
        : { kind: "block", statements: [{ kind: "return", value: body, start, end }], start, end },
  };
  const nothing = { imports: [], aliases: [], constants: [] };
  return { file, ...nothing, functions: [kernel], captured: true };
}
