/**
 * What a device must pass: every example kernel against its reference, and random programs against the
 * interpreter, bit for bit. For machines that have the device but nothing else of the workspace.
 *
 * node test/gpu/device-suite.ts DEVICE [--programs N] [--seed S] [--only TEXT] [--first-size]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { cudaProvider } from "@strata/backend-cuda/provider";
import { openClProvider } from "@strata/backend-opencl/provider";
import { DeviceRegistry } from "@strata/runtime";
import { DiagnosticError } from "@strata/support";
import { programPlan } from "@strata/testing/kernel-programs";
import fc from "fast-check";
import { disagreement } from "../kernels/agreement.ts";
import { kernelCases } from "../kernels/cases.ts";
import { firstDifference } from "../kernels/compare.ts";
import { runCaseOn } from "../kernels/device.ts";
import { exactProgramOf } from "../kernels/exact-programs.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    programs: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    "first-size": { type: "boolean", default: false },
    seconds: { type: "string", default: "100000" },
  },
});
const [name = "cuda"] = positionals;
const start = performance.now();
const isLate = (): boolean => performance.now() - start > Number(values.seconds) * 1000;

const registry = new DeviceRegistry();
registry.register(cudaProvider);
registry.register(openClProvider);
const device = await registry.open(name);
console.log(`${device.name}: ${device.describe().summary}`);
console.log(JSON.stringify(device.describe().properties));

/** What went wrong, in a few lines. */
function reasonOf(error: unknown): string {
  if (error instanceof DiagnosticError) {
    return error.diagnostics
      .map((d) => [d.message, ...d.notes.map((n) => n.message)].join(" | "))
      .join("; ")
      .slice(0, 900);
  }
  return error instanceof Error ? (error.stack ?? error.message).slice(0, 900) : String(error);
}

let failures = 0;
let runs = 0;
for (const c of kernelCases) {
  if (!c.name.includes(values.only) || isLate()) continue;
  const text = readFileSync(new URL(`../kernels/${c.file}`, import.meta.url), "utf8");
  for (const sizes of values["first-size"] ? c.sizes.slice(0, 1) : c.sizes) {
    const args = c.make(7, sizes);
    let found: string | undefined;
    try {
      found = firstDifference(
        c.reference(args),
        await runCaseOn(device, text, c.kernel, args),
        c.tolerance,
      );
    } catch (error) {
      found = reasonOf(error);
    }
    runs++;
    if (found === undefined) continue;
    failures++;
    console.log(`FAILED ${c.name} ${JSON.stringify(sizes)}: ${found}`);
  }
}
console.log(`${kernelCases.length} kernels, ${runs} runs, ${failures} failures`);

const wanted = Number(values.programs);
let programs = 0;
let programFailures = 0;
for (let k = 0; k < wanted && !isLate() && programFailures < 20; k++) {
  const [plan] = fc.sample(programPlan, { numRuns: 1, seed: Number(values.seed) * 100_000 + k });
  const { text, args } = exactProgramOf(plan!);
  let found: string | undefined;
  try {
    found = await disagreement(text, args, await runCaseOn(device, text, "program", args));
  } catch (error) {
    found = reasonOf(error);
  }
  programs++;
  if (found === undefined) continue;
  programFailures++;
  console.log(`FAILED program ${k}: ${found}\n${text}`);
}
if (wanted > 0) console.log(`${programs} random programs, ${programFailures} failures`);
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(
  `${device.name}: ${failures + programFailures === 0 ? "passed" : "FAILED"} in ${seconds} s`,
);
device.close();
process.exitCode = failures + programFailures === 0 ? 0 : 1;
