/** Parsing in tests: trees without places, and diagnostics in one line each. */
import { DiagnosticSink, SourceFile, type Diagnostic } from "@strata/support";
import { parseModule, type Module } from "@strata/frontend";

/** The tree of a text and what was said of it. */
export function parse(text: string): { module: Module; diagnostics: readonly Diagnostic[] } {
  const sink = new DiagnosticSink();
  const module = parseModule(new SourceFile("test.kernel.ts", text), sink);
  return { module, diagnostics: sink.diagnostics };
}

/** `code line:column text` of a diagnostic. */
export function show(diagnostic: Diagnostic): string {
  const { code, span } = diagnostic;
  if (span === undefined) return code;
  const { line, column } = span.file.locate(span.start);
  return `${code} ${line}:${column} ${span.file.text.slice(span.start, span.end)}`.trimEnd();
}

/** What is said of a text, a line per diagnostic. */
export function complaints(text: string): string[] {
  return parse(text).diagnostics.map(show);
}

/** What is said of statements in a function, lines counted from the first of them. */
export function bodyComplaints(statements: string): string[] {
  return parse(`function f() { ${statements}\n}`).diagnostics.map(({ code, span }) => {
    if (span === undefined) return code;
    return `${code} ${span.file.text.slice(span.start, span.end)}`.trimEnd();
  });
}

/** A tree without places and files, to compare. */
export function strip(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strip);
  if (typeof node !== "object" || node === null) return node;
  if (node instanceof SourceFile) return undefined;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "start" || key === "end" || key === "opStart" || key === "file") continue;
    if (key === "fromSpan" || value === undefined) continue;
    out[key] = strip(value);
  }
  return out;
}
