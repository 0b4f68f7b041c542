import {
  f16,
  f32,
  f64,
  FoldInterface,
  i1,
  i16,
  i32,
  i64,
  i8,
  index,
  IntegerType,
  bf16,
} from "@strata/ir";
import { constant, Hole, one, zero } from "@strata/rewrite";
import { checkFold, checkRule } from "@strata/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as math from "../src/index.ts";

const types = [i1, i8, i16, i32, IntegerType.get(48), i64, index, f16, bf16, f32, f64];
const folding = math.mathOps
  .map((o) => o.definition)
  .filter((d) => d.interfaces.has(FoldInterface));

describe("a folded operation computes what the interpreter computes", () => {
  test.each(folding.map((d) => [d.name, d] as const))("%s", (_name, definition) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const options = { seed, types, instances: 25, inputs: 4, attempts: 200 };
        expect(checkFold(definition, options).applied).toBe(25);
      }),
      { numRuns: 5 },
    );
  });

  test("every operation folds", () => {
    expect(folding.length).toBe(math.mathOps.length);
  });
});

const x = new Hole("x", 0);
const identities = [
  math.PowF.pat({ lhs: x, rhs: one }),
  math.PowF.pat({ lhs: x, rhs: zero }),
  math.PowF.pat({ lhs: x, rhs: constant(-0) }),
  math.PowF.pat({ lhs: one, rhs: x }),
  math.FPowI.pat({ lhs: x, rhs: one }),
  math.FPowI.pat({ lhs: x, rhs: zero }),
  math.IPowI.pat({ lhs: x, rhs: one }),
  math.IPowI.pat({ lhs: x, rhs: zero }),
  math.AbsF.pat({ input: math.AbsF.pat({ input: x }) }),
  math.AbsI.pat({ input: math.AbsI.pat({ input: x }) }),
  math.Floor.pat({ input: math.Floor.pat({ input: x }) }),
  math.Round.pat({ input: math.Round.pat({ input: x }) }),
];

test.each(identities.map((p) => [p.toString(), p] as const))("%s folds", (_name, pattern) => {
  // In i1, 1 is -1: a power of it is not folded.
  const options = {
    types: types.filter((t) => t !== i1),
    instances: 20,
    inputs: 12,
    attempts: 200,
  };
  expect(checkFold(pattern, { ...options, seed: 5 }).applied).toBe(20);
});

test.each(math.mathRules.map((r) => [r.toString(), r] as const))("%s", (_name, rule) => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { applied, compared } = checkRule(rule, { seed, types, instances: 20 });
      expect(applied).toBe(20);
      expect(compared).toBeGreaterThan(0);
    }),
    { numRuns: 5 },
  );
});
