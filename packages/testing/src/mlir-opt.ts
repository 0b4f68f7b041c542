/**
 * Runs upstream's `mlir-opt` on textual IR, as the judge of what we print.
 *
 * The binary is `mlir-opt-22`, or what the environment variable `MLIR_OPT` names. Where it is
 * missing, tests that need it are left out, except in CI (`CI` set): there they fail.
 */
import { spawnSync } from "node:child_process";

const binary = process.env["MLIR_OPT"] ?? "mlir-opt-22";

/** Whether the binary can be started. */
export const mlirOptAvailable: boolean =
  spawnSync(binary, ["--version"], { stdio: "ignore" }).status === 0;

/** For `test.skipIf`: the binary is missing and this is not CI. */
export const skipMlirOpt: boolean = !mlirOptAvailable && process.env["CI"] === undefined;

/** What `mlir-opt` answered. */
export interface MlirOptAnswer {
  readonly ok: boolean;
  readonly output: string;
  readonly errors: string;
}

/** Runs `mlir-opt` on a text; an error when it cannot be started. */
export function tryMlirOpt(text: string, args: readonly string[] = []): MlirOptAnswer {
  const run = spawnSync(binary, [...args, "-"], {
    input: text,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (run.error !== undefined) {
    throw new Error(`${binary} cannot be started: ${run.error.message}`, { cause: run.error });
  }
  return { ok: run.status === 0, output: run.stdout, errors: run.stderr };
}

/** What `mlir-opt` prints for a text it must accept; an error with its complaints otherwise. */
export function runMlirOpt(text: string, args: readonly string[] = []): string {
  const { ok, output, errors } = tryMlirOpt(text, args);
  if (ok) return output;
  throw new Error(`${binary} ${args.join(" ")} refuses the module:\n${errors}\n${text}`);
}

/** Printed IR without the comments that name predecessors, and without empty lines. */
export function withoutComments(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(/\s*\/\/ (no predecessors|\d* ?preds?:.*)$/, "").trimEnd())
    .filter((line) => line.trim() !== "")
    .join("\n");
}
