/**
 * Folding and canonicalization agree with upstream's: what `mlir-opt --canonicalize --cse` makes of
 * a random module computes, interpreted by us, what the module itself does. (That our own passes
 * keep the meaning is tested beside this.)
 */
import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { scf } from "@strata/scf";
import { Random } from "@strata/support";
import {
  expectEquivalent,
  moduleTexts,
  parseVerified,
  runMlirOpt,
  skipMlirOpt,
} from "@strata/testing";
import { vector } from "@strata/vector";
import * as fc from "fast-check";
import { expect, test } from "vitest";

const context = new Context([builtin, arith, cf, func, scf, vector]);

/** Modules in all; `STRATA_RUNS` sets another number. */
const count = Number(process.env["STRATA_RUNS"] ?? 1200);
const separator = "// -----\n";

test.skipIf(skipMlirOpt)(
  "upstream's canonical form computes the same",
  () => {
    const seed = Number(process.env["STRATA_SEED"] ?? Date.now() % 1_000_000);
    const random = new Random(seed);
    const texts = fc.sample(
      moduleTexts({ families: ["arith", "cf", "scf", "call"], maxOperations: 24, observed: true }),
      { numRuns: count, seed },
    );
    const output = runMlirOpt(texts.join(separator), [
      "--canonicalize",
      "--cse",
      "--split-input-file",
    ]);
    const results = output.split(separator);
    expect(results).toHaveLength(texts.length);
    let compared = 0;
    texts.forEach((text, i) => {
      const [before, after] = [text, results[i]!].map((t) => parseVerified(context, t));
      compared += expectEquivalent(before!, after!, random, 3, `upstream (seed ${seed})`);
    });
    expect(compared).toBeGreaterThan(count);
  },
  120_000,
);
