/** Each pass keeps what random modules of all dialects compute. */
import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { func } from "@strata/func";
import { builtin, cloneOp, Context } from "@strata/ir";
import { math } from "@strata/math";
import { memref } from "@strata/memref";
import { parsePipeline, PassRegistry, runPipeline } from "@strata/pass";
import { scf } from "@strata/scf";
import { Random } from "@strata/support";
import { tensor } from "@strata/tensor";
import { expectEquivalent, moduleTexts, parseVerified } from "@strata/testing";
import { vector } from "@strata/vector";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { registerTransforms } from "../src/index.ts";

const context = new Context([builtin, arith, cf, func, math, memref, scf, tensor, vector]);
const registry = registerTransforms(new PassRegistry());

/** Programs that a property tries; `STRATA_RUNS` sets another number. */
const numRuns = Number(process.env["STRATA_RUNS"] ?? 300);

/** Runs a pipeline on random modules: `f` gives the same results on random arguments. */
function expectSameMeaning(pipeline: string, numRuns: number): number {
  const parsed = parsePipeline(pipeline, registry);
  let compared = 0;
  fc.assert(
    fc.property(moduleTexts({ observed: true }), fc.nat(), (text, seed) => {
      const before = parseVerified(context, text);
      const after = cloneOp(before);
      runPipeline(parsed, after, { context });
      compared += expectEquivalent(before, after, new Random(seed), 3, pipeline);
    }),
    { numRuns },
  );
  return compared;
}

describe("random modules compute the same after", () => {
  test.each(["canonicalize", "cse", "dce", "canonicalize,cse,dce,canonicalize"])(
    "%s",
    (pipeline) => {
      // Programs that fail or do not end say nothing; most must say something.
      expect(expectSameMeaning(pipeline, numRuns)).toBeGreaterThan(numRuns);
    },
    60_000,
  );

  test.each([
    "inline",
    "loop-invariant-code-motion",
    "mem2reg",
    "sccp",
    "symbol-dce,strip-debuginfo",
    "inline,mem2reg,sccp,canonicalize,loop-invariant-code-motion,cse,symbol-dce",
  ])(
    "%s",
    (pipeline) => {
      const runs = Math.ceil(numRuns / 2);
      expect(expectSameMeaning(pipeline, runs)).toBeGreaterThan(runs);
    },
    60_000,
  );
});
