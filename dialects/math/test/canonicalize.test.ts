/** Random expressions of arith and math mean the same after canonicalization, to the bit. */
import { arithOps, ConstantOp } from "@strata/arith";
import {
  Block,
  cloneOp,
  f16,
  f32,
  f64,
  i1,
  i32,
  i64,
  i8,
  index,
  OpPattern,
  type Type,
  type Value,
} from "@strata/ir";
import { applyPatternsGreedily, CanonicalPatterns } from "@strata/rewrite";
import { Random } from "@strata/support";
import { expectEquivalent, functionOf, InstanceBuilder, randomConstant } from "@strata/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mathOps } from "../src/index.ts";

const types = [i1, i8, i32, i64, index, f16, f32, f64];
const definitions = [...arithOps, ...mathOps]
  .map((o) => o.definition)
  .filter((d) => d !== ConstantOp.definition && d.resultGroups.length === 1);

/** A function of some random operations, most of whose results are used. */
function randomExpression(random: Random) {
  const block = new Block();
  const available: Value[] = [];
  const source = (type: Type): Value => {
    const same = available.filter((v) => v.type === type);
    if (same.length > 0 && random.boolean(0.7)) return random.pick(same);
    const made = random.boolean(0.6)
      ? builder.constant(randomConstant(type, random))
      : block.addArgument(type);
    available.push(made);
    return made;
  };
  const builder: InstanceBuilder = new InstanceBuilder(block, random, types, source);
  for (let i = random.int(3, 20); i > 0; i--) {
    const op = builder.tryOp(OpPattern.of(random.pick(definitions), {}));
    if (op !== undefined) available.push(...op.results);
  }
  const results = available.filter((v) => v.isUnused && v.definingOp !== undefined).slice(-4);
  return functionOf(block, results);
}

test("random expressions", () => {
  let rewrites = 0;
  let compared = 0;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const before = randomExpression(random);
      const after = cloneOp(before);
      const result = applyPatternsGreedily(after, new CanonicalPatterns());
      expect(result.converged).toBe(true);
      rewrites += result.rewrites + result.folds;
      compared += expectEquivalent(before, after, random, 4, "canonicalization");
    }),
    { numRuns: 600 },
  );
  expect(rewrites).toBeGreaterThan(600);
  expect(compared).toBeGreaterThan(300);
});
