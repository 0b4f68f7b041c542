/**
 * Each lowering keeps the meaning: random kernel programs give the same results interpreted before
 * any step, after each one, and compiled for WebAssembly. All programs are exact, so results are
 * compared bit for bit (NaN equals NaN, 0 equals −0).
 */
import { kernelProgramRuns, seedOf } from "./runs.ts";
import { programOf, programPlan } from "@strata/testing/kernel-programs";
import fc from "fast-check";
import { describe, it } from "vitest";
import { firstDifference } from "../kernels/compare.ts";
import { type Place, runCase } from "../kernels/levels.ts";

const exact = { abs: 0, rel: 0 };

async function agrees(place: Place): Promise<void> {
  await fc.assert(
    fc.asyncProperty(programPlan, async (plan) => {
      const { text, args } = programOf(plan);
      const expected = await runCase(text, "program", args, "unfused");
      const actual = await runCase(text, "program", args, place);
      const found = firstDifference(expected, actual, exact);
      if (found !== undefined) throw new Error(`${found}\n${text}`);
    }),
    { numRuns: kernelProgramRuns, seed: seedOf(place) },
  );
}

describe("random kernel programs", () => {
  it("fusion keeps the meaning", () => agrees("pattern"), 300_000);
  it("pattern → loop keeps the meaning", () => agrees("loop"), 300_000);
  it("loop → vector keeps the meaning", () => agrees("vector"), 300_000);
  it("WebAssembly computes what the interpreter does", () => agrees("wasm"), 300_000);
});
