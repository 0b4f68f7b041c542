/** The process `kernelc`: its arguments, its streams, its exit status. */
import { runCli } from "./cli.ts";
import { processIo } from "./io.ts";

const io = processIo();
const argv = process.argv.slice(2);

/** An error outside any command, such as in a stream: a bug of ours like any other. */
async function lastResort(error: unknown): Promise<void> {
  const { reportFailure } = await import("./report.ts");
  process.exit(reportFailure(error, { io, argv }));
}
process.on("uncaughtException", (error) => void lastResort(error));
process.on("unhandledRejection", (error) => void lastResort(error));

process.exitCode = await runCli(argv, io);
