/**
 * Runs `main` of a module natively: `mlir-opt` lowers it to LLVM, `mlir-runner` compiles and calls
 * it. The judge of what the interpreter says upstream's operations mean.
 */
import { spawnSync } from "node:child_process";
import { runMlirOpt, skipMlirOpt } from "./mlir-opt.ts";

const binary = process.env["MLIR_RUNNER"] ?? "mlir-runner-22";

/** For `test.skipIf`: the binaries are missing and this is not CI. */
export const skipMlirRunner: boolean =
  skipMlirOpt ||
  (process.env["CI"] === undefined &&
    spawnSync(binary, ["--version"], { stdio: "ignore" }).status !== 0);

const lowering = [
  "--arith-expand",
  "--convert-vector-to-llvm",
  "--convert-math-to-llvm",
  "--convert-to-llvm",
  "--reconcile-unrealized-casts",
];

/** The i64 that `main` of the module returns; an error when it cannot be lowered or run. */
export function runNatively(text: string): bigint {
  const lowered = runMlirOpt(text, lowering);
  const run = spawnSync(binary, ["-e", "main", "-entry-point-result=i64"], {
    input: lowered,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (run.status !== 0) {
    throw new Error(
      `${binary} fails (${run.error?.message ?? run.signal ?? run.status}): ${run.stderr}`,
    );
  }
  return BigInt(run.stdout.trim());
}
