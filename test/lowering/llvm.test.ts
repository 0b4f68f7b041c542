/**
 * Native code keeps the meaning: random kernel programs give the same results compiled by LLVM as
 * interpreted before any lowering. All programs are exact, so results are compared bit for bit (NaN
 * equals NaN, 0 equals −0); exponentials, which C's library and JavaScript's round differently, stand
 * back for absolute values.
 */
import { programOf, programPlan } from "@strata/testing/kernel-programs";
import fc from "fast-check";
import { describe, it } from "vitest";
import { firstDifference } from "../kernels/compare.ts";
import { isLeftOut, runCase } from "../kernels/levels.ts";
import { nativeProgramRuns, seedOf } from "./runs.ts";

const exact = { abs: 0, rel: 0 };

describe.skipIf(isLeftOut("llvm"))("random kernel programs", () => {
  it("LLVM computes what the interpreter does", async () => {
    await fc.assert(
      fc.asyncProperty(programPlan, async (plan) => {
        const { text: drawn, args } = programOf(plan);
        const text = drawn.replaceAll("Math.exp(", "Math.abs(");
        const expected = await runCase(text, "program", args, "unfused");
        const actual = await runCase(text, "program", args, "llvm");
        const found = firstDifference(expected, actual, exact);
        if (found !== undefined) throw new Error(`${found}\n${text}`);
      }),
      { numRuns: nativeProgramRuns, seed: seedOf("llvm") },
    );
  }, 300_000);
});
