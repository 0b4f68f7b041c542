/**
 * Random kernel programs on the device `opencl` against the interpreter, bit for bit where functions are
 * correctly rounded: simulated, with a watch for races and accesses outside of buffers, and by PoCL.
 */
import { join } from "node:path";
import { openClProvider } from "@strata/backend-opencl/provider";
import { programPlan } from "@strata/testing/kernel-programs";
import { runUnderOclgrind, skipOclgrind, skipPocl } from "@strata/testing/opencl-tools";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { disagreement } from "../kernels/agreement.ts";
import { runCaseOn } from "../kernels/device.ts";
import { exactProgramOf } from "../kernels/exact-programs.ts";
import { seedOf } from "./runs.ts";

const simulatedRuns = Number(process.env["STRATA_RUNS"] ?? 150);
const poclRuns = Number(process.env["STRATA_RUNS"] ?? 25);

describe("random kernel programs on opencl", () => {
  it.skipIf(skipOclgrind)(
    "compute what the interpreter does, without races",
    () => {
      const suite = join(import.meta.dirname, "../gpu/device-suite.ts");
      const seed = Math.abs(seedOf("oclgrind")) % 10_000;
      const { status, output, findings } = runUnderOclgrind(suite, [
        "opencl",
        "--only=no kernel",
        `--programs=${simulatedRuns}`,
        `--seed=${seed}`,
      ]);
      const told = `seed ${seed}\n${output.slice(-3000)}`;
      expect(findings, told).toBe("");
      expect(output, told).toContain(`${simulatedRuns} random programs, 0 failures`);
      expect(status).toBe(0);
    },
    600_000,
  );

  it.skipIf(skipPocl)(
    "compute what the interpreter does, compiled for the processor",
    async () => {
      const device = await openClProvider.open(0);
      await fc.assert(
        fc.asyncProperty(programPlan, async (plan) => {
          const { text, args } = exactProgramOf(plan);
          const actual = await runCaseOn(device, text, "program", args);
          const found = await disagreement(text, args, actual);
          if (found !== undefined) throw new Error(`${found}\n${text}`);
        }),
        { numRuns: poclRuns, seed: seedOf("opencl") },
      );
      device.close();
    },
    600_000,
  );
});
