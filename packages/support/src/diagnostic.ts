/**
 * Diagnostics: what a person is told, with a stable code.
 *
 * Invariants: `code` is `area.reason` in lower case with dashes and never changes its meaning;
 * `message` is one sentence without a trailing full stop; `hint` says what to do.
 */
import { formatSpan, type SourceSpan } from "./source.ts";

/** How serious a diagnostic is; only `error` stops the work. */
export type Severity = "error" | "warning" | "note" | "remark";

/** Whose move it is: the input is wrong, the compiler is wrong, or the case is not supported. */
export type DiagnosticKind = "user" | "bug" | "unsupported";

/** A further remark below a diagnostic, with a place of its own where it has one. */
export interface DiagnosticNote {
  readonly message: string;
  readonly span?: SourceSpan | undefined;
}

/** One finding. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly kind: DiagnosticKind;
  readonly message: string;
  readonly span?: SourceSpan | undefined;
  readonly notes: readonly DiagnosticNote[];
  readonly hint?: string | undefined;
}

/** What may be given besides the code and the message. */
export interface DiagnosticDetails {
  readonly span?: SourceSpan | undefined;
  readonly notes?: readonly DiagnosticNote[] | undefined;
  readonly hint?: string | undefined;
}

function make(
  severity: Severity,
  kind: DiagnosticKind,
  code: string,
  message: string,
  details: DiagnosticDetails,
): Diagnostic {
  return {
    code,
    severity,
    kind,
    message,
    ...(details.span === undefined ? {} : { span: details.span }),
    notes: details.notes ?? [],
    ...(details.hint === undefined ? {} : { hint: details.hint }),
  };
}

/** An error in the user's input. */
export function userError(
  code: string,
  message: string,
  details: DiagnosticDetails = {},
): Diagnostic {
  return make("error", "user", code, message, details);
}

/** An input that is right but that this version does not handle. */
export function unsupported(
  code: string,
  message: string,
  details: DiagnosticDetails = {},
): Diagnostic {
  return make("error", "unsupported", code, message, details);
}

/** A broken invariant of our own. */
export function bug(code: string, message: string, details: DiagnosticDetails = {}): Diagnostic {
  return make("error", "bug", code, message, details);
}

/** A doubtful place in the user's input that does not stop the work. */
export function warning(
  code: string,
  message: string,
  details: DiagnosticDetails = {},
): Diagnostic {
  return make("warning", "user", code, message, details);
}

/** Something the compiler did or did not do, for those who ask. */
export function remark(code: string, message: string, details: DiagnosticDetails = {}): Diagnostic {
  return make("remark", "user", code, message, details);
}

/** One line: `file:line:col: error[code]: message`. */
export function summarize(diagnostic: Diagnostic): string {
  const place = diagnostic.span === undefined ? "" : `${formatSpan(diagnostic.span)}: `;
  return `${place}${diagnostic.severity}[${diagnostic.code}]: ${diagnostic.message}`;
}

/** Thrown when the work cannot go on; carries every finding, at least one. */
export class DiagnosticError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: Diagnostic | readonly Diagnostic[]) {
    const all: readonly Diagnostic[] = isList(diagnostics) ? diagnostics : [diagnostics];
    super(all.map(summarize).join("\n"));
    this.name = "DiagnosticError";
    this.diagnostics = all;
  }
}

function isList(value: Diagnostic | readonly Diagnostic[]): value is readonly Diagnostic[] {
  return Array.isArray(value);
}

/** Collects findings, so that one run can report several. */
export class DiagnosticSink {
  readonly diagnostics: Diagnostic[] = [];
  readonly #limit: number;
  #errors = 0;

  /** At most `limit` findings are kept; further ones are counted only. */
  constructor(limit: number = 100) {
    this.#limit = limit;
  }

  /** Number of findings of severity `error`, the dropped ones included. */
  get errorCount(): number {
    return this.#errors;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** Adds one finding. */
  add(diagnostic: Diagnostic): void {
    if (diagnostic.severity === "error") this.#errors++;
    if (this.diagnostics.length < this.#limit) this.diagnostics.push(diagnostic);
  }

  /** Adds a user error. */
  error(code: string, message: string, details: DiagnosticDetails = {}): void {
    this.add(userError(code, message, details));
  }

  /** Throws a `DiagnosticError` with all findings if one of them is an error. */
  throwIfErrors(): void {
    if (this.hasErrors) throw new DiagnosticError(this.diagnostics);
  }
}
