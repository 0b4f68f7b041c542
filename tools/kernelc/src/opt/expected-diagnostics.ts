/**
 * `--verify-diagnostics`: comments in a file that state what is to be reported, and where.
 *
 *     // expected-error@+1 {{part of the message}}
 *     // expected-warning-re@above {{a regular expression}}
 *
 * Invariant: every expectation needs a diagnostic of its own; every error needs an expectation, and
 * so does every warning; notes and remarks may go without.
 */
import {
  summarize,
  userError,
  type Diagnostic,
  type SourceFile,
  type SourceSpan,
} from "@strata/support";
import { inputError } from "../failures.ts";

interface Expectation {
  readonly severity: string;
  /** The one-based line; undefined where the place does not count. */
  readonly line: number | undefined;
  readonly text: string;
  readonly matches: (message: string) => boolean;
  readonly span: SourceSpan;
  met: boolean;
}

interface Finding {
  readonly severity: string;
  readonly line: number | undefined;
  readonly message: string;
}

const COMMENT =
  /expected-(error|warning|note|remark)(-re)?(?:\s*@\s*([+-]\d+|\d+|above|below|unknown))?\s*\{\{(.*?)\}\}/g;

/** The expectations that a file states. */
export function readExpectations(file: SourceFile): Expectation[] {
  const all: Expectation[] = [];
  for (let line = 1; line <= file.lineCount; line++) {
    const text = file.lineText(line);
    const comment = text.indexOf("//");
    if (comment < 0) continue;
    for (const match of text.slice(comment).matchAll(COMMENT)) {
      const [whole, severity = "", regular, place, expected = ""] = match;
      const start = file.offsetAt(line, comment + match.index + 1);
      const span = file.span(start, start + whole.length);
      all.push({
        severity,
        line: placeOf(place, line, file),
        text: expected,
        matches: matcherOf(expected, regular !== undefined, span),
        span,
        met: false,
      });
    }
  }
  return all;
}

function placeOf(place: string | undefined, line: number, file: SourceFile): number | undefined {
  if (place === undefined) return line;
  if (place === "unknown") return undefined;
  if (/^[+-]/.test(place)) return line + Number(place);
  if (/^\d/.test(place)) return Number(place);
  const step = place === "above" ? -1 : 1;
  let at = line + step;
  // Other expectations in between are about the same line.
  while (at >= 1 && at <= file.lineCount && /\/\/\s*expected-/.test(file.lineText(at))) at += step;
  return at;
}

function matcherOf(text: string, regular: boolean, span: SourceSpan): (message: string) => boolean {
  if (!regular) return (message) => message.includes(text);
  try {
    const pattern = new RegExp(text, "u");
    return (message) => pattern.test(message);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw inputError("opt.bad-expectation", reason, {
      span,
      hint: "correct the regular expression, or leave -re out",
    });
  }
}

/** Compares what was reported with what was expected; what differs, as errors. */
export function compareDiagnostics(
  expectations: readonly Expectation[],
  reported: readonly Diagnostic[],
): Diagnostic[] {
  const problems: Diagnostic[] = [];
  for (const diagnostic of reported) {
    const findings = findingsOf(diagnostic);
    for (const [k, finding] of findings.entries()) {
      const wanted = expectations.find(
        (one) =>
          !one.met &&
          one.severity === finding.severity &&
          (one.line === undefined || one.line === finding.line) &&
          one.matches(finding.message),
      );
      if (wanted !== undefined) wanted.met = true;
      else if (k === 0 && finding.severity !== "remark") problems.push(unexpected(diagnostic));
    }
  }
  for (const { met, severity, text, span } of expectations) {
    if (!met) problems.push(missing(severity, text, span));
  }
  return problems;
}

/** A diagnostic and its notes; the message may be matched with its code. */
function findingsOf({ severity, message, code, span, notes }: Diagnostic): Finding[] {
  const lineOf = (at: SourceSpan | undefined): number | undefined =>
    at === undefined ? undefined : at.file.locate(at.start).line;
  const own = { severity, line: lineOf(span), message: `${message} [${code}]` };
  const further = notes.map((note) => ({
    severity: "note",
    line: lineOf(note.span ?? span),
    message: note.message,
  }));
  return [own, ...further];
}

function unexpected(diagnostic: Diagnostic): Diagnostic {
  return userError("opt.unexpected-diagnostic", `unexpected: ${summarize(diagnostic)}`, {
    span: diagnostic.span,
    hint: `expect it: // expected-${diagnostic.severity} {{…}}`,
  });
}

function missing(severity: string, text: string, span: SourceSpan): Diagnostic {
  return userError("opt.missing-diagnostic", `no ${severity} "${text}" was reported here`, {
    span,
    hint: "correct the expectation or the code that should report it",
  });
}
