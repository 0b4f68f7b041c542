/** Runs `kernelc run` as a user would, and reads what it reports. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Exhibit } from "./exhibits.ts";

/** What `kernelc run --json` says about a run; times in milliseconds. */
export interface RunReport {
  readonly device: string;
  readonly threads: number;
  readonly compile_ms: number;
  /** Whether the code was compiled before and kept: then `compile_ms` is the time to find it. */
  readonly cache: "hit" | "miss";
  readonly median_ms: number;
}

/** `kernelc run` failed; its own words are on standard error already. */
export class KernelcFailed extends Error {}

/** The arguments that run an exhibit. */
export function runArguments({ file, picture, output, scalars }: Exhibit): string[] {
  const inputs = [`picture=${picture}`, ...Object.entries(scalars).map(([k, v]) => `${k}=${v}`)];
  return ["run", file, ...inputs.flatMap((input) => ["--in", input]), "--out", output];
}

/** Runs an exhibit on `device` and returns its report; throws a KernelcFailed if that does not succeed. */
export function runExhibit(root: string, exhibit: Exhibit, device: string): RunReport {
  const args = [...runArguments(exhibit), "--device", device, "--repeat", "10", "--json"];
  const { status, stdout } = spawnSync(join(root, "kernelc"), args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new KernelcFailed(`kernelc ${args.join(" ")} exited with ${status}`);
  return parseReport(stdout);
}

/** Reads the JSON that `kernelc run --json` prints; throws a KernelcFailed if a field is missing. */
export function parseReport(text: string): RunReport {
  const json: Readonly<Record<string, unknown>> = JSON.parse(text);
  const { device, threads, compile_ms, cache, median_ms } = json;
  if (
    typeof device !== "string" ||
    typeof threads !== "number" ||
    typeof compile_ms !== "number" ||
    (cache !== "hit" && cache !== "miss") ||
    typeof median_ms !== "number"
  ) {
    throw new KernelcFailed(`kernelc's report lacks a field: ${text.trim()}`);
  }
  return { device, threads, compile_ms, cache, median_ms };
}
