/**
 * `kernelc opt`: reads IR, verifies it, runs passes over it, prints it.
 *
 * Invariants: a file is written only if all of it is right; what is reported of one piece of a split
 * file does not keep the others from being worked on.
 */
import {
  type Context,
  encodeOperation,
  expectVerified,
  type ModuleOp,
  parseModule,
} from "@strata/ir";
import { DiagnosticError, type Diagnostic, encodeUtf8, type SourceFile } from "@strata/support";
import type { CommandContext } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { inputError, usageError } from "../failures.ts";
import { writeOutput } from "../output.ts";
import { showDiagnostics } from "../report.ts";
import { readSource } from "../source.ts";
import { splitArguments } from "./arguments.ts";
import { loadContext } from "./dialects.ts";
import { compareDiagnostics, readExpectations } from "./expected-diagnostics.ts";
import { Phases } from "./phases.ts";
import type { PassRun, runPasses } from "./run-passes.ts";
import { SPLIT_MARKER, splitSource } from "./split.ts";

/** The options of `kernelc opt`. */
export interface OptOptions {
  readonly passPipeline?: string;
  readonly runReproducer?: boolean;
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
    const { describePasses, loadPasses } = await import("./passes.ts");
    cx.io.stdout.write(describePasses(await loadPasses()));
    return;
  }
  const { file = "-", flags } = splitArguments(args);
  // What is wrong with the command line is told before a file is read, where it can be.
  const reproduces = options.runReproducer === true;
  if (reproduces && (options.passPipeline !== undefined || flags.length > 0)) {
    const message =
      "--run-reproducer takes the pipeline from the file, and passes are named as well";
    throw usageError("cli.two-pipelines", message, { hint: "use one of the two" });
  }
  const named = options.passPipeline !== undefined || flags.length > 0;
  const prepared = named ? await preparePasses(options, flags, known) : undefined;
  const source = await readSource(file, cx);
  const passes = reproduces
    ? await preparePasses({ ...options, passPipeline: await pipelineOf(source) }, [], known)
    : prepared;
  const pieces = options.splitInputFile === true ? splitSource(source) : [source];
  const context = await loadContext(source.text, options.allowUnregisteredDialect === true);
  const work = { options, context, passes, phases: new Phases(), cx };
  if (options.verifyDiagnostics === true) await verifyPieces(pieces, work);
  else await printPieces(pieces, work);
  if (options.timing === true) cx.io.stderr.write(await work.phases.toText());
}

/** The pipeline that a reproducer states. */
async function pipelineOf(source: SourceFile): Promise<string> {
  const { tryReadReproducer } = await import("@strata/pass");
  const text = tryReadReproducer(source.text);
  if (text !== undefined) return text;
  throw inputError("opt.no-reproducer", `${source.name} states no pipeline in its first line`, {
    hint: "name passes, or a file that a crash has written",
  });
}

/** Passes with the code that runs them. */
interface Passes {
  readonly pipeline: PassRun["pipeline"];
  readonly run: typeof runPasses;
}

async function preparePasses(
  options: OptOptions,
  flags: Parameters<typeof import("./pipeline.ts").readPipeline>[1],
  known: readonly string[],
): Promise<Passes> {
  const [{ readPipeline }, { loadPasses }, { runPasses: run }] = await Promise.all([
    import("./pipeline.ts"),
    import("./passes.ts"),
    import("./run-passes.ts"),
  ]);
  // The pipeline may name operations that the text does not.
  const allowUnregistered = options.allowUnregisteredDialect === true;
  const context = await loadContext(options.passPipeline ?? "func.func", allowUnregistered);
  const registry = await loadPasses();
  return { pipeline: readPipeline(options.passPipeline, flags, registry, context, known), run };
}

interface Work {
  readonly options: OptOptions;
  readonly context: Context;
  readonly passes: Passes | undefined;
  readonly phases: Phases;
  readonly cx: CommandContext;
}

async function printPieces(pieces: readonly SourceFile[], work: Work): Promise<void> {
  const { options, phases, cx } = work;
  const texts: Uint8Array[] = [];
  for (const piece of pieces) {
    const { module, diagnostics } = await processPiece(piece, work);
    showDiagnostics(diagnostics, cx.io);
    if (module === undefined) {
      cx.exitCode = EXIT.input;
      continue;
    }
    if (texts.length > 0) texts.push(encodeUtf8(`${SPLIT_MARKER}\n`));
    const bytes = phases.measure("print", () =>
      encodeOperation(module, {
        generic: options.printGeneric === true,
        locations: options.printLocations === true,
      }),
    );
    texts.push(bytes);
  }
  if (options.out !== undefined && cx.exitCode !== EXIT.done) return;
  const whole = texts.length === 1 ? texts[0]! : Buffer.concat(texts);
  await writeOutput(options.out, whole, cx, "text");
}

async function verifyPieces(pieces: readonly SourceFile[], work: Work): Promise<void> {
  const problems: Diagnostic[] = [];
  for (const piece of pieces) {
    const expectations = readExpectations(piece);
    const { diagnostics } = await processPiece(piece, work);
    problems.push(...compareDiagnostics(expectations, diagnostics));
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
}

/** Reads, verifies and transforms one piece; without a module if an error was found. */
async function processPiece(
  piece: SourceFile,
  work: Work,
): Promise<{ readonly module: ModuleOp | undefined; readonly diagnostics: readonly Diagnostic[] }> {
  const { options, context, passes, phases, cx } = work;
  try {
    const module = await parsePiece(piece, work);
    phases.measure("verify", () => expectVerified(module));
    if (passes === undefined) return { module, diagnostics: [] };
    const { pipeline, run } = passes;
    const printAfterAll = options.printIrAfterAll === true;
    const { verify } = options;
    const text = (): string => piece.text;
    const how = { pipeline, context, verify, printAfterAll, text };
    const { diagnostics, timing } = run(module, how, cx);
    phases.addRun(timing);
    return { module, diagnostics };
  } catch (error) {
    if (!(error instanceof DiagnosticError) || isBug(error)) throw error;
    return { module: undefined, diagnostics: error.diagnostics };
  }
}

/** What is wrong with a text is told with all dialects loaded, for the sake of its hints. */
async function parsePiece(piece: SourceFile, { context, phases }: Work): Promise<ModuleOp> {
  const parse = (cx: Context): ModuleOp => phases.measure("parse", () => parseModule(cx, piece));
  try {
    return parse(context);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return parse(await loadContext(undefined, context.allowUnregistered));
  }
}

const isBug = ({ diagnostics }: DiagnosticError): boolean =>
  diagnostics.some(({ kind, severity }) => kind === "bug" && severity === "error");
