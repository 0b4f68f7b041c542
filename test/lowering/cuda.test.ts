/** Random kernel programs as CUDA C++, compiled to machine code for sm_90: that needs no GPU. */
import { compileCuda, emitCuda, expectNvrtc } from "@strata/backend-cuda";
import { cudaTarget } from "@strata/compiler";
import { DiagnosticError } from "@strata/support";
import { programOf, programPlan } from "@strata/testing/kernel-programs";
import { skipNvrtc } from "@strata/testing/nvrtc-tools";
import fc from "fast-check";
import { describe, it } from "vitest";
import { specializeCase } from "../kernels/levels.ts";
import { seedOf } from "./runs.ts";

const runs = Number(process.env["STRATA_RUNS"] ?? 60);

describe.skipIf(skipNvrtc)("random kernel programs as CUDA C++", () => {
  it("compile for sm_90", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(programPlan, async (plan) => {
        const { text, args } = programOf(plan);
        const { module, signature } = specializeCase(text, "program", args);
        const { program } = await emitCuda(module, signature.name, cudaTarget);
        if (program === undefined) return;
        const options = { architecture: "sm_90", name: "program", to: "cubin" } as const;
        try {
          compileCuda(expectNvrtc(), program.source, options);
        } catch (error) {
          if (!(error instanceof DiagnosticError)) throw error;
          const notes = error.diagnostics.flatMap((d) => d.notes.map((n) => n.message));
          throw new Error(`${notes.join("\n")}\n${text}\n${program.source}`, { cause: error });
        }
      }),
      { numRuns: runs, seed: seedOf("cuda") },
    );
  });
});
