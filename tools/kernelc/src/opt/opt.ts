/**
 * `kernelc opt`: reads IR, verifies it, runs passes over it, prints it.
 *
 * Invariants: a file is written only if all of it is right; what is reported of one piece of a split
 * file does not keep the others from being worked on.
 */
import {
  type Context,
  expectVerified,
  type ModuleOp,
  parseModule,
  printOperation,
} from "@strata/ir";
import { PassFailure, runPipeline, TimingNode, type Pipeline } from "@strata/pass";
import { DiagnosticError, type Diagnostic, SourceFile } from "@strata/support";
import type { CommandContext } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { usageError } from "../failures.ts";
import { writeOutput } from "../output.ts";
import { showDiagnostics } from "../report.ts";
import { readSource } from "../source.ts";
import { loadContext } from "./dialects.ts";
import { compareDiagnostics, readExpectations } from "./expected-diagnostics.ts";
import { describePasses, loadPasses } from "./passes.ts";
import { readPipeline, splitArguments } from "./pipeline.ts";
import { SPLIT_MARKER, splitSource } from "./split.ts";

/** The options of `kernelc opt`. */
export interface OptOptions {
  readonly passPipeline?: string;
  readonly listPasses?: boolean;
  readonly printGeneric?: boolean;
  readonly printLocations?: boolean;
  readonly allowUnregisteredDialect?: boolean;
  readonly splitInputFile?: boolean;
  readonly verifyDiagnostics?: boolean;
  readonly verify: boolean;
  readonly printIrAfterAll?: boolean;
  readonly timing?: boolean;
  readonly out?: string;
}

/** Works on a file as arguments and options say; `known` are all options, for suggestions. */
export async function optCommand(
  args: readonly string[],
  options: OptOptions,
  cx: CommandContext,
  known: readonly string[],
): Promise<void> {
  if (options.listPasses === true) {
    cx.io.stdout.write(describePasses(await loadPasses()));
    return;
  }
  const { file = "-", flags } = splitArguments(args);
  const context = await loadContext(options.allowUnregisteredDialect === true);
  const wanted = options.passPipeline !== undefined || flags.length > 0;
  const pipeline = wanted
    ? readPipeline(options.passPipeline, flags, await loadPasses(), context, known)
    : undefined;
  if (pipeline !== undefined && !["builtin.module", "any"].includes(pipeline.anchor)) {
    throw usageError("pipeline.anchor", `the pipeline runs on ${pipeline.anchor}, not modules`, {
      hint: `write builtin.module(${pipeline.toString()})`,
    });
  }
  const source = await readSource(file, cx);
  const timing = new TimingNode("total");
  const work = { options, context, pipeline, timing, cx };
  const pieces = options.splitInputFile === true ? splitSource(source) : [source];
  if (options.verifyDiagnostics === true) verifyPieces(pieces, work);
  else await printPieces(pieces, work);
  if (options.timing === true) {
    for (const { milliseconds } of timing.children.values()) timing.milliseconds += milliseconds;
    cx.io.stderr.write(timing.toString());
  }
}

interface Work {
  readonly options: OptOptions;
  readonly context: Context;
  readonly pipeline: Pipeline | undefined;
  readonly timing: TimingNode;
  readonly cx: CommandContext;
}

async function printPieces(pieces: readonly SourceFile[], work: Work): Promise<void> {
  const { options, timing, cx } = work;
  const texts: string[] = [];
  for (const piece of pieces) {
    const { module, diagnostics } = processPiece(piece, work);
    showDiagnostics(diagnostics, cx.io);
    if (module === undefined) {
      cx.exitCode = EXIT.input;
      continue;
    }
    const text = timed(timing, "print", () =>
      printOperation(module, {
        generic: options.printGeneric === true,
        locations: options.printLocations === true,
      }),
    );
    texts.push(text);
  }
  if (options.out !== undefined && cx.exitCode !== EXIT.done) return;
  await writeOutput(options.out, texts.join(`${SPLIT_MARKER}\n`), cx);
}

function verifyPieces(pieces: readonly SourceFile[], work: Work): void {
  const problems = pieces.flatMap((piece) => {
    const expectations = readExpectations(piece);
    return compareDiagnostics(expectations, processPiece(piece, work).diagnostics);
  });
  if (problems.length > 0) throw new DiagnosticError(problems);
}

/** Reads, verifies and transforms one piece; without a module if an error was found. */
function processPiece(
  piece: SourceFile,
  { options, context, pipeline, timing, cx }: Work,
): { readonly module: ModuleOp | undefined; readonly diagnostics: readonly Diagnostic[] } {
  try {
    const module = timed(timing, "parse", () => parseModule(context, piece));
    timed(timing, "verify", () => expectVerified(module));
    if (pipeline === undefined) return { module, diagnostics: [] };
    const result = runPipeline(pipeline, module, {
      context,
      verify: options.verify,
      reproducer: true,
      printIr: {
        after: options.printIrAfterAll === true,
        write: ({ header, text }) => cx.io.stderr.write(`${header}\n${text}\n`),
      },
    });
    addTiming(timing, result.timing);
    return { module, diagnostics: result.diagnostics };
  } catch (error) {
    if (error instanceof PassFailure && error.reproducer !== undefined) {
      cx.sources.push(new SourceFile("reproducer.mlir", error.reproducer));
    }
    if (!(error instanceof DiagnosticError) || isBug(error)) throw error;
    return { module: undefined, diagnostics: error.diagnostics };
  }
}

const isBug = ({ diagnostics }: DiagnosticError): boolean =>
  diagnostics.some(({ kind, severity }) => kind === "bug" && severity === "error");

function timed<T>(timing: TimingNode, phase: string, work: () => T): T {
  const start = performance.now();
  try {
    return work();
  } finally {
    timing.child(phase).add(performance.now() - start);
  }
}

/** Adds the times of one run to those of the runs before. */
function addTiming(into: TimingNode, run: TimingNode): void {
  const node = into.child(run.name);
  node.add(run.milliseconds);
  for (const child of run.children.values()) addTiming(node, child);
}
