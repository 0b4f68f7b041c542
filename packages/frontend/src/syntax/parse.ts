/**
 * Entry points of the parser.
 *
 * Invariant: the grammar is built once, on first use, so that importing this module is cheap.
 */
import { userError, type DiagnosticSink, type SourceFile } from "@strata/support";
import type { Module } from "./ast.ts";
import { KernelParser, type CapturedFunction } from "./grammar.ts";
import { isRecognitionError } from "./grammar-statements.ts";
import { tokenize } from "./lexer.ts";
import { syntaxError } from "./syntax-errors.ts";

let shared: KernelParser | undefined;

function sharedParser(): KernelParser {
  shared ??= new KernelParser();
  return shared;
}

function run<T>(
  file: SourceFile,
  sink: DiagnosticSink,
  rule: (parser: KernelParser) => T,
): T | undefined {
  const stream = tokenize(file, sink);
  const parser = sharedParser();
  parser.begin(file, stream, sink);
  try {
    return rule(parser);
  } catch (error) {
    if (isRecognitionError(error)) {
      sink.add(syntaxError(file, error));
      return undefined;
    }
    if (error instanceof RangeError) {
      // The call stack ended: brackets or operators nested some thousand levels deep.
      sink.add(tooDeep(file));
      return undefined;
    }
    throw error;
  }
}

function tooDeep(file: SourceFile): ReturnType<typeof userError> {
  return userError("syntax.too-deep", "this file is nested too deeply", {
    span: file.span(0, 0),
    hint: "name parts of large expressions with `const`",
  });
}

/** The syntax tree of a kernel file; errors go to the sink. */
export function parseModule(file: SourceFile, sink: DiagnosticSink): Module {
  const module = run(file, sink, (parser) => {
    const result = parser.module();
    for (const error of parser.errors) void error;
    return result;
  });
  return module ?? { file, imports: [], aliases: [], constants: [], functions: [] };
}

/** The syntax tree of one function's text; undefined, with an error in the sink, if it is none. */
export function parseCaptured(
  file: SourceFile,
  sink: DiagnosticSink,
): CapturedFunction | undefined {
  return run(file, sink, (parser) => {
    const before = sink.errorCount;
    const result = parser.captured();
    for (const error of parser.errors) {
      if (sink.errorCount === before) sink.add(syntaxError(file, error));
    }
    if (sink.errorCount === before) parser.expectEnd();
    return result;
  });
}
