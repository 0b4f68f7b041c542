/** From arguments to an exit status. */
import { CommanderError, type Command } from "commander";
import { EXIT } from "./exit-codes.ts";
import type { CliIo } from "./io.ts";
import { buildProgram } from "./program.ts";
import type { SourceFile } from "@strata/support";

/** What every command gets. */
export interface CommandContext {
  readonly io: CliIo;
  readonly argv: readonly string[];
  /** Texts that were read, for the report of a bug. */
  readonly sources: SourceFile[];
  /** What the exit status will be if nothing is thrown; commands that report by themselves set it. */
  exitCode: number;
}

/** Runs the driver on arguments (without program names); never throws. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const context: CommandContext = { io, argv, sources: [], exitCode: EXIT.done };
  const program = buildProgram(context);
  adopt(program, io);
  try {
    // `--version` stands for itself wherever no command has it.
    if (argv[0] === "--version" || argv[0] === "-V") {
      const { VERSION } = await import("./version.ts");
      io.stdout.write(`kernelc ${VERSION}\n`);
      return EXIT.done;
    }
    await program.parseAsync([...argv], { from: "user" });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const failure = await explain(error, program, argv);
    // Asked for nothing, the help that was printed says it all.
    if (failure === undefined) return EXIT.usage;
    const { reportFailure } = await import("./report.ts");
    return reportFailure(failure, context);
  }
}

/** Makes commander write through `io`, and throw where it would exit. */
function adopt(command: Command, io: CliIo): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    // Its errors are told by `reportFailure`, in the form of all others.
    outputError: () => undefined,
    getOutHelpWidth: () => helpWidth(io.stdout.columns),
    getErrHelpWidth: () => helpWidth(io.stderr.columns),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const sub of command.commands) adopt(sub, io);
}

const helpWidth = (columns: number): number => Math.min(Math.max(columns, 60), 100);

/** A mistake that commander found, in the form of all others; undefined if it showed the help. */
async function explain(
  error: unknown,
  program: Command,
  argv: readonly string[],
): Promise<unknown> {
  if (!(error instanceof CommanderError)) return error;
  if (error.code === "commander.help") return undefined;
  const { usageError } = await import("./failures.ts");
  const text = error.message.replace(/^error: /, "");
  const [message = "", suggestion] = text.split("\n", 2);
  const command = program.commands.find((sub) => sub.name() === argv[0]);
  const asked = command === undefined ? "kernelc" : `kernelc ${command.name()}`;
  const found = /^\((D)(id you mean .*)\)$/.exec(suggestion ?? "");
  const hint = found === null ? `\`${asked} --help\` lists what there is` : `d${found[2]}`;
  const code = error.code
    .replace(/^commander\./, "cli.")
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return usageError(code, message, { hint });
}
