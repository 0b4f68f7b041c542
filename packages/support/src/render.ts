/**
 * Diagnostics as text for a terminal and as JSON for tools.
 *
 * Invariants: without colour the text holds no escape sequences; at most one source line is shown
 * per span (a longer span is underlined to the end of its first line).
 */
import type { Diagnostic, Severity } from "./diagnostic.ts";
import { formatSpan, type SourceSpan } from "./source.ts";

/** How to render. */
export interface RenderOptions {
  /** Use ANSI colours; default false. */
  readonly colour?: boolean | undefined;
}

const TAB = "    ";
const MAX_SHOWN = 160;

interface Paint {
  (code: string, text: string): string;
}

const SEVERITY_COLOUR: Readonly<Record<Severity, string>> = {
  error: "1;31",
  warning: "1;33",
  note: "1;36",
  remark: "1;34",
};

/** The diagnostic as several lines of text, without a final line end. */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions = {}): string {
  const paint: Paint =
    options.colour === true ? (code, text) => `\u001b[${code}m${text}\u001b[0m` : (_, text) => text;
  const colour = SEVERITY_COLOUR[diagnostic.severity];
  const lines = [
    paint(colour, `${diagnostic.severity}[${diagnostic.code}]`) +
      paint("1", `: ${diagnostic.message}`),
  ];
  const gutter = gutterWidth(diagnostic);
  if (diagnostic.span !== undefined) {
    lines.push(...renderSpan(diagnostic.span, gutter, colour, paint));
  }
  for (const note of diagnostic.notes) {
    lines.push(`${" ".repeat(gutter)} = ${paint("1", "note")}: ${note.message}`);
    if (note.span !== undefined) lines.push(...renderSpan(note.span, gutter, "1;36", paint));
  }
  if (diagnostic.hint !== undefined) {
    lines.push(`${" ".repeat(gutter)} = ${paint("1;32", "help")}: ${diagnostic.hint}`);
  }
  if (diagnostic.kind === "bug") {
    lines.push(`${" ".repeat(gutter)} = ${paint("1", "note")}: this is a bug in Strata`);
  }
  return lines.join("\n");
}

/** Several diagnostics, separated by an empty line. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: RenderOptions = {},
): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options)).join("\n\n");
}

function gutterWidth(diagnostic: Diagnostic): number {
  let width = 1;
  for (const { span } of [diagnostic, ...diagnostic.notes]) {
    if (span === undefined) continue;
    width = Math.max(width, String(span.file.locate(span.start).line).length);
  }
  return width;
}

function renderSpan(span: SourceSpan, gutter: number, colour: string, paint: Paint): string[] {
  const { line, column } = span.file.locate(span.start);
  const text = span.file.lineText(line);
  const from = Math.min(column - 1, text.length);
  const length = Math.max(1, Math.min(span.end - span.start, text.length - from));
  // A very long line is cut around the span, so that minified sources stay readable.
  const cut = text.length > MAX_SHOWN ? Math.max(0, from - 40) : 0;
  const shown = text.slice(cut, cut + MAX_SHOWN);
  const before = displayed(shown.slice(0, from - cut));
  const under = displayed(shown.slice(from - cut, from - cut + length));
  const bar = paint("1;34", "|");
  const pad = " ".repeat(gutter);
  const caret = "^".repeat(Math.max(1, displayWidth(under)));
  return [
    `${pad}${paint("1;34", "-->")} ${formatSpan(span)}`,
    `${pad} ${bar}`,
    `${paint("1;34", String(line).padStart(gutter))} ${bar} ${displayed(shown)}`.trimEnd(),
    `${pad} ${bar} ${" ".repeat(displayWidth(before))}${paint(colour, caret)}`,
  ];
}

function displayed(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters must not reach the terminal
  return text.replaceAll("\t", TAB).replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}

/** Columns a text takes: code points, with East Asian wide ones and emoji counted as two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0x300 && code <= 0x36f) continue;
    const wide =
      (code >= 0x1100 && code <= 0x115f) ||
      (code >= 0x2e80 && code <= 0xa4cf) ||
      (code >= 0xac00 && code <= 0xd7a3) ||
      (code >= 0xf900 && code <= 0xfaff) ||
      (code >= 0xfe30 && code <= 0xfe6f) ||
      (code >= 0xff00 && code <= 0xff60) ||
      (code >= 0x1f300 && code <= 0x1faff);
    width += wide ? 2 : 1;
  }
  return width;
}

/** A place as data; lines and columns are one-based, the end is exclusive. */
export interface SpanJSON {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A diagnostic as data. */
export interface DiagnosticJSON {
  readonly code: string;
  readonly severity: Severity;
  readonly kind: string;
  readonly message: string;
  readonly span?: SpanJSON;
  readonly notes: readonly { readonly message: string; readonly span?: SpanJSON }[];
  readonly hint?: string;
}

function spanToJSON(span: SourceSpan): SpanJSON {
  const start = span.file.locate(span.start);
  const end = span.file.locate(span.end);
  return {
    file: span.file.name,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}

/** The diagnostic as plain data, ready for `JSON.stringify`. */
export function diagnosticToJSON(diagnostic: Diagnostic): DiagnosticJSON {
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    kind: diagnostic.kind,
    message: diagnostic.message,
    ...(diagnostic.span === undefined ? {} : { span: spanToJSON(diagnostic.span) }),
    notes: diagnostic.notes.map((note) => ({
      message: note.message,
      ...(note.span === undefined ? {} : { span: spanToJSON(note.span) }),
    })),
    ...(diagnostic.hint === undefined ? {} : { hint: diagnostic.hint }),
  };
}
