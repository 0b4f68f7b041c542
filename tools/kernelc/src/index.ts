/** The driver `kernelc`, to be run in process. */
export { runCli } from "./cli.ts";
export { EXIT } from "./exit-codes.ts";
export type { CliIo, OutputStream } from "./io.ts";
