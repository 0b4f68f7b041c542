/**
 * Lowering keeps the meaning: example kernels and random programs give the same results dealt out to
 * threads and in the LLVM dialect, interpreted.
 */
import { programOf, programPlan } from "@strata/testing/kernel-programs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { disagreement } from "../kernels/agreement.ts";
import { kernelCases } from "../kernels/cases.ts";
import { firstDifference } from "../kernels/compare.ts";
import { kernelProgramRuns, seedOf } from "../lowering/runs.ts";
import { type NativeLevel, runNatively, sourceOf } from "./kernels.ts";

const levels: readonly NativeLevel[] = ["llvm", "openmp", "openmp-llvm"];

/** A third of the sizes at each level: together they are all tried. */
const sizesAt = <T>(sizes: readonly T[], k: number): readonly T[] =>
  sizes.length < levels.length ? sizes : sizes.filter((_, i) => i % levels.length === k);

describe.each(levels.map((level, k) => ({ level, k })))("at $level", ({ level, k }) => {
  it.each(kernelCases.map((c) => ({ name: c.name, kernel: c.kernel, c })))(
    "$name: $kernel",
    ({ c }) => {
      for (const sizes of sizesAt(c.sizes, k)) {
        const args = c.make(11, sizes);
        const got = runNatively(sourceOf(c), c.kernel, args, level);
        const found = firstDifference(c.reference(args), got, c.tolerance);
        expect(found, `sizes ${JSON.stringify(sizes)}`).toBeUndefined();
      }
    },
  );

  it("random programs mean the same", async () => {
    await fc.assert(
      fc.asyncProperty(programPlan, async (plan) => {
        const { text, args } = programOf(plan);
        const actual = runNatively(text, "program", args, level);
        const found = await disagreement(text, args, actual);
        if (found !== undefined) throw new Error(`${found}\n${text}`);
      }),
      { numRuns: Math.ceil(kernelProgramRuns / 10), seed: seedOf(level) },
    );
  }, 600_000);
});
