/**
 * Source text and places in it.
 *
 * Invariants: offsets are UTF-16 code units from the start of the text; a span is half open,
 * `0 <= start <= end <= text.length`; lines and columns shown to people are one-based.
 */
import { codeUnitsOf } from "./utf8.ts";

/** A one-based place: `column` counts UTF-16 code units. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** A named text with a line table; the table is made on first use. */
export class SourceFile {
  readonly name: string;
  readonly text: string;
  #lineStarts: number[] | undefined;
  #codes: Uint8Array | Uint16Array | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  /** The text's code units, closed by a 0; made on first use, for scanners. */
  get codes(): Uint8Array | Uint16Array {
    return (this.#codes ??= codeUnitsOf(this.text));
  }

  /** Offsets at which the lines start; `\n`, `\r\n` and `\r` end a line. */
  get lineStarts(): readonly number[] {
    if (this.#lineStarts !== undefined) return this.#lineStarts;
    const starts = [0];
    const { text } = this;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
    }
    this.#lineStarts = starts;
    return starts;
  }

  /** Number of lines; at least 1. */
  get lineCount(): number {
    return this.lineStarts.length;
  }

  /** The line and column of an offset; offsets outside the text are clamped to it. */
  locate(offset: number): LineColumn {
    const at = Math.min(Math.max(offset, 0), this.text.length);
    const starts = this.lineStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
  }

  /** The offset of a one-based line and column, clamped to that line. */
  offsetAt(line: number, column: number): number {
    const index = Math.min(Math.max(line, 1), this.lineCount) - 1;
    const start = this.lineStarts[index] ?? 0;
    return start + Math.min(Math.max(column - 1, 0), this.lineText(index + 1).length);
  }

  /** The text of a one-based line without its line end; empty for a line that is not there. */
  lineText(line: number): string {
    const start = this.lineStarts[line - 1];
    if (start === undefined) return "";
    const next = this.lineStarts[line] ?? this.text.length + 1;
    const raw = this.text.slice(start, line === this.lineCount ? this.text.length : next);
    return raw.replace(/\r?\n$|\r$/, "");
  }

  /** A span of this file; `end` defaults to `start`. */
  span(start: number, end: number = start): SourceSpan {
    return { file: this, start, end };
  }
}

/** A half-open range of a file's text. */
export interface SourceSpan {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** The text a span covers. */
export function spanText(span: SourceSpan): string {
  return span.file.text.slice(span.start, span.end);
}

/** The smallest span that covers both; both must be of one file, else the first is returned. */
export function joinSpans(first: SourceSpan, second: SourceSpan): SourceSpan {
  if (first.file !== second.file) return first;
  const start = Math.min(first.start, second.start);
  return { file: first.file, start, end: Math.max(first.end, second.end) };
}

/** `file:line:column` of a span's start. */
export function formatSpan(span: SourceSpan): string {
  const { line, column } = span.file.locate(span.start);
  return `${span.file.name}:${line}:${column}`;
}
