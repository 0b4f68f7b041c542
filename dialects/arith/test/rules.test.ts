import {
  bf16,
  f16,
  f32,
  f64,
  i1,
  i16,
  i32,
  i64,
  i8,
  index,
  IntegerType,
  OpPattern,
} from "@strata/ir";
import { OneUse, Typed } from "@strata/rewrite";
import { checkRule } from "@strata/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arithRules } from "../src/index.ts";

const types = [
  i1,
  IntegerType.get(2),
  i8,
  i16,
  i32,
  IntegerType.get(40),
  i64,
  IntegerType.get(128),
  index,
  f16,
  bf16,
  f32,
  f64,
];

describe("both sides of a rule compute the same", () => {
  test.each(arithRules.map((r) => [r.toString(), r] as const))("%s", (_name, rule) => {
    const options = { types, instances: 25, inputs: 8, attempts: 1500 };
    expect(checkRule(rule, { ...options, seed: 1 }).applied).toBe(25);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(checkRule(rule, { ...options, seed, instances: 10 }).compared).toBeGreaterThan(0);
      }),
      { numRuns: 5 },
    );
  });
});

/** Operations in a term, constants not counted. */
function size(t: unknown): number {
  if (t instanceof OpPattern) {
    return [...t.operands.values()].reduce<number>((n, o) => n + size(o), 1);
  }
  if (t instanceof OneUse || t instanceof Typed) return size(t.term);
  if (Array.isArray(t)) return t.reduce<number>((n, o) => n + size(o), 0);
  return 0;
}

test.each(arithRules.map((r) => [r.name, r] as const))(
  "%s makes no more operations than it matches",
  (_name, rule) => {
    expect(size([...rule.right])).toBeLessThanOrEqual(size(rule.left));
  },
);

test("names are unique", () => {
  expect(new Set(arithRules.map((r) => r.name)).size).toBe(arithRules.length);
});
