/**
 * What a person is told when a command fails.
 *
 * Invariants: no stack trace is shown; a bug of ours is one line that names a file with everything
 * needed to see it again; the exit status follows from the kind of failure alone.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DiagnosticError,
  diagnosticToJSON,
  renderDiagnostics,
  type SourceFile,
  type Diagnostic,
} from "@strata/support";
import { EXIT } from "./exit-codes.ts";
import { EnvironmentError, UsageError } from "./failures.ts";
import { usesColour, type CliIo } from "./io.ts";
import { VERSION } from "./version.ts";

/** What was going on. */
export interface FailureContext {
  readonly io: CliIo;
  readonly argv: readonly string[];
  /** Texts the command had read when it failed. */
  readonly sources?: readonly SourceFile[];
}

/** Tells about a failure; gives the exit status. */
export function reportFailure(error: unknown, context: FailureContext): number {
  const { io, argv } = context;
  const bug = !(error instanceof DiagnosticError) || error.diagnostics.some(isBug);
  if (bug) {
    const reproducer = writeReproducer(error, context);
    const first = firstLine(error instanceof Error ? error.message : String(error));
    const where = reproducer === undefined ? "" : `; please report it with ${reproducer}`;
    io.stderr.write(`kernelc: this is a bug in Strata${where}: ${first}\n`);
    return EXIT.bug;
  }
  showDiagnostics(error.diagnostics, io);
  if (argv.includes("--json")) {
    const diagnostics = error.diagnostics.map(diagnosticToJSON);
    io.stdout.write(`${JSON.stringify({ diagnostics }, undefined, 2)}\n`);
  }
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof EnvironmentError ? EXIT.environment : EXIT.input;
}

/** Prints diagnostics, most of them warnings and errors, on standard error. */
export function showDiagnostics(diagnostics: readonly Diagnostic[], io: CliIo): void {
  if (diagnostics.length === 0) return;
  const colour = usesColour(io.stderr, io.env);
  io.stderr.write(`${renderDiagnostics(diagnostics, { colour })}\n`);
}

function isBug(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === "error" && diagnostic.kind === "bug";
}

function firstLine(text: string): string {
  const line = text.split("\n", 1)[0] ?? "";
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** Writes what is needed to see the bug again into a new folder; its file's name, or undefined. */
function writeReproducer(
  error: unknown,
  { argv, sources = [] }: FailureContext,
): string | undefined {
  const report = [
    `kernelc ${VERSION}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `folder:    ${process.cwd()}`,
    `arguments: ${JSON.stringify(argv)}`,
    "",
    error instanceof Error ? (error.stack ?? error.message) : String(error),
    ...sources.flatMap(({ name, text }) => ["", `--- ${name}`, text]),
    "",
  ];
  try {
    const path = join(mkdtempSync(join(tmpdir(), "kernelc-bug-")), "report.txt");
    writeFileSync(path, report.join("\n"));
    return path;
  } catch {
    return undefined;
  }
}
