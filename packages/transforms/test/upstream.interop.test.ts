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

/** Texts with what upstream makes of them; halved until those that it crashes on stand alone. */
function canonicalPairs(texts: readonly string[]): [before: string, after: string][] {
  try {
    const flags = ["--canonicalize", "--cse", "--split-input-file"];
    const results = runMlirOpt(texts.join(separator), flags).split(separator);
    expect(results).toHaveLength(texts.length);
    return texts.map((text, i) => [text, results[i]!]);
  } catch (e) {
    const isCrash = e instanceof Error && e.message.includes("Stack dump");
    if (!isCrash) throw e;
    const half = texts.length >> 1;
    return half === 0 ? [] : [texts.slice(0, half), texts.slice(half)].flatMap(canonicalPairs);
  }
}

test.skipIf(skipMlirOpt)(
  "upstream's canonical form computes the same",
  () => {
    const seed = Number(process.env["STRATA_SEED"] ?? Date.now() % 1_000_000);
    const random = new Random(seed);
    const texts = fc.sample(
      moduleTexts({ families: ["arith", "cf", "scf", "call"], maxOperations: 24, observed: true }),
      { numRuns: count, seed },
    );
    const pairs = canonicalPairs(texts);
    // Upstream crashes on few modules at most.
    expect(pairs.length).toBeGreaterThanOrEqual(0.98 * count);
    let compared = 0;
    for (const pair of pairs) {
      const [before, after] = pair.map((t) => parseVerified(context, t));
      compared += expectEquivalent(before!, after!, random, 3, `upstream (seed ${seed})`);
    }
    expect(compared).toBeGreaterThan(count);
  },
  120_000,
);
