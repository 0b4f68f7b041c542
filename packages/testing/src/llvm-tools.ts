/**
 * Runs LLVM's tools on text of LLVM IR or of the LLVM dialect, as the judges of what we print.
 *
 * Where a tool is missing, tests that need it are left out, except in CI (`CI` set): there they
 * fail.
 */
import { spawnSync } from "node:child_process";

/** The tools, by what the environment variable that names another binary is called. */
const tools = {
  OPT: "opt-22",
  LLVM_AS: "llvm-as-22",
  MLIR_TRANSLATE: "mlir-translate-22",
} as const;

/** A tool of LLVM. */
export type LLVMTool = keyof typeof tools;

const binaryOf = (tool: LLVMTool): string => process.env[tool] ?? tools[tool];

/** For `test.skipIf`: one of the tools is missing and this is not CI. */
export function skipWithout(...needed: readonly LLVMTool[]): boolean {
  if (process.env["CI"] !== undefined) return false;
  return needed.some(
    (t) => spawnSync(binaryOf(t), ["--version"], { stdio: "ignore" }).status !== 0,
  );
}

/** What a tool prints for a text that it must accept; an error with its complaints otherwise. */
export function runLLVMTool(tool: LLVMTool, text: string, args: readonly string[]): string {
  const run = spawnSync(binaryOf(tool), [...args, "-"], {
    input: text,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (run.error !== undefined) {
    throw new Error(`${binaryOf(tool)} cannot be started: ${run.error.message}`, {
      cause: run.error,
    });
  }
  if (run.status === 0) return run.stdout;
  throw new Error(`${binaryOf(tool)} ${args.join(" ")} refuses the text:\n${run.stderr}`);
}
