/**
 * The simplifying passes keep the meaning of kernels: random programs give the same results
 * interpreted before and after each pass, at the pattern, loop and vector level, bit for bit.
 */
import { type Level, levels, lowerTo, wasmTarget } from "@strata/compiler";
import { cloneOp, expectVerified, type ModuleOp } from "@strata/ir";
import { programOf, programPlan } from "@strata/testing/kernel-programs";
import { canonicalizeIn, eliminateCommonSubexpressions, eraseDeadCode } from "@strata/transforms";
import fc from "fast-check";
import { describe, it } from "vitest";
import { firstDifference } from "../kernels/compare.ts";
import { interpretModule, specializeCase } from "../kernels/levels.ts";
import { kernelProgramRuns, seedOf } from "./runs.ts";

const exact = { abs: 0, rel: 0 };

const passes: Readonly<Record<string, (module: ModuleOp) => void>> = {
  canonicalize: (module) => void canonicalizeIn(module),
  cse: (module) => void eliminateCommonSubexpressions(module),
  dce: (module) => void eraseDeadCode(module),
};

function agree(level: Level): void {
  fc.assert(
    fc.property(programPlan, (plan) => {
      const { text, args } = programOf(plan);
      const { module, signature } = specializeCase(text, "program", args);
      lowerTo(module, level, wasmTarget);
      const expected = interpretModule(module, signature, args);
      const all = cloneOp(module);
      for (const [name, run] of Object.entries(passes)) {
        // Each pass by itself, and all of them in a row.
        for (const [what, target] of [
          [name, cloneOp(module)],
          [`passes up to ${name}`, all],
        ] as const) {
          run(target);
          expectVerified(target);
          const found = firstDifference(expected, interpretModule(target, signature, args), exact);
          if (found !== undefined) throw new Error(`${what}: ${found}\n${text}`);
        }
      }
    }),
    { numRuns: kernelProgramRuns, seed: seedOf(level) },
  );
}

describe("canonicalize, cse and dce keep the meaning of kernels", () => {
  for (const level of levels) it(`at the ${level} level`, () => agree(level), 300_000);
});
