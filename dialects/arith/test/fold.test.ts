import {
  bf16,
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
} from "@strata/ir";
import { constant, Hole, minusOne, one, zero } from "@strata/rewrite";
import { checkFold } from "@strata/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as arith from "../src/index.ts";
import { arithOps, CmpFPredicate, CmpIPredicate } from "../src/index.ts";

const types = [
  i1,
  IntegerType.get(3),
  i8,
  i16,
  i32,
  IntegerType.get(37),
  i64,
  IntegerType.get(100),
  index,
  f16,
  bf16,
  f32,
  f64,
];

const folding = arithOps
  .map((o) => o.definition)
  .filter((d) => d.interfaces.has(FoldInterface) && d.name !== "arith.constant");

const producers = arithOps.map((o) => o.definition).filter((d) => d.resultGroups.length === 1);

describe("a folded operation computes what the interpreter computes", () => {
  test.each(folding.map((d) => [d.name, d] as const))("%s", (_name, definition) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { applied } = checkFold(definition, { seed, types, producers, inputs: 4 });
        expect(applied).toBe(50);
      }),
      { numRuns: 10 },
    );
  });
});

const x = new Hole("x", 0);
const y = new Hole("y", 1);
const not = arith.XOrI.pat({ lhs: x, rhs: minusOne });
const predicate = CmpIPredicate.attr;

/** Left sides of the identities that more than one operation takes part in, or one constant. */
const identities = [
  arith.AddI.pat({ lhs: x, rhs: zero }),
  arith.AddI.pat({ lhs: arith.SubI.pat({ lhs: x, rhs: y }), rhs: y }),
  arith.AddI.pat({ lhs: y, rhs: arith.SubI.pat({ lhs: x, rhs: y }) }),
  arith.SubI.pat({ lhs: x, rhs: x }),
  arith.SubI.pat({ lhs: x, rhs: zero }),
  arith.SubI.pat({ lhs: arith.AddI.pat({ lhs: x, rhs: y }), rhs: y }),
  arith.SubI.pat({ lhs: arith.AddI.pat({ lhs: x, rhs: y }), rhs: x }),
  arith.SubI.pat({ lhs: x, rhs: arith.SubI.pat({ lhs: x, rhs: y }) }),
  arith.MulI.pat({ lhs: x, rhs: zero }),
  arith.MulI.pat({ lhs: x, rhs: one }),
  arith.DivSI.pat({ lhs: x, rhs: one }),
  arith.DivUI.pat({ lhs: x, rhs: one }),
  arith.CeilDivSI.pat({ lhs: x, rhs: one }),
  arith.CeilDivUI.pat({ lhs: x, rhs: one }),
  arith.FloorDivSI.pat({ lhs: x, rhs: one }),
  arith.RemSI.pat({ lhs: x, rhs: one }),
  arith.RemUI.pat({ lhs: x, rhs: one }),
  arith.AndI.pat({ lhs: x, rhs: x }),
  arith.AndI.pat({ lhs: x, rhs: zero }),
  arith.AndI.pat({ lhs: x, rhs: minusOne }),
  arith.AndI.pat({ lhs: x, rhs: not }),
  arith.AndI.pat({ lhs: arith.AndI.pat({ lhs: x, rhs: y }), rhs: y }),
  arith.OrI.pat({ lhs: x, rhs: zero }),
  arith.OrI.pat({ lhs: x, rhs: minusOne }),
  arith.OrI.pat({ lhs: not, rhs: x }),
  arith.XOrI.pat({ lhs: x, rhs: x }),
  arith.XOrI.pat({ lhs: x, rhs: zero }),
  arith.XOrI.pat({ lhs: not, rhs: x }),
  arith.XOrI.pat({ lhs: arith.XOrI.pat({ lhs: x, rhs: y }), rhs: y }),
  arith.XOrI.pat({ lhs: arith.XOrI.pat({ lhs: x, rhs: y }), rhs: x }),
  arith.XOrI.pat({ lhs: y, rhs: arith.XOrI.pat({ lhs: x, rhs: y }) }),
  arith.ShLI.pat({ lhs: x, rhs: zero }),
  arith.ShRSI.pat({ lhs: x, rhs: zero }),
  arith.ShRUI.pat({ lhs: x, rhs: zero }),
  arith.MaxSI.pat({ lhs: x, rhs: x }),
  arith.MaxUI.pat({ lhs: x, rhs: zero }),
  arith.MaxUI.pat({ lhs: x, rhs: minusOne }),
  arith.MinUI.pat({ lhs: x, rhs: zero }),
  arith.MinUI.pat({ lhs: x, rhs: minusOne }),
  arith.CmpI.pat({ lhs: x, rhs: x }),
  arith.CmpI.pat({ predicate: predicate("ult"), lhs: x, rhs: zero }),
  arith.CmpI.pat({ predicate: predicate("uge"), lhs: x, rhs: zero }),
  arith.CmpI.pat({ predicate: predicate("ugt"), lhs: x, rhs: minusOne }),
  arith.CmpI.pat({ predicate: predicate("ule"), lhs: x, rhs: minusOne }),
  arith.AddF.pat({ lhs: x, rhs: constant(-0) }),
  arith.AddF.pat({ lhs: constant(-0), rhs: x }),
  arith.SubF.pat({ lhs: x, rhs: zero }),
  arith.MulF.pat({ lhs: x, rhs: one }),
  arith.DivF.pat({ lhs: x, rhs: one }),
  arith.NegF.pat({ input: arith.NegF.pat({ input: x }) }),
  arith.MaximumF.pat({ lhs: x, rhs: x }),
  arith.MaximumF.pat({ lhs: x, rhs: constant(-Infinity) }),
  arith.MinimumF.pat({ lhs: x, rhs: constant(Infinity) }),
  arith.MaxNumF.pat({ lhs: x, rhs: constant(Number.NaN) }),
  arith.MinNumF.pat({ lhs: x, rhs: constant(Number.NaN) }),
  arith.CmpF.pat({ predicate: CmpFPredicate.attr("true") }),
  arith.CmpF.pat({ predicate: CmpFPredicate.attr("false") }),
  arith.CmpF.pat({ lhs: x, rhs: constant(Number.NaN) }),
  arith.SelectOp.pat({ true_value: x, false_value: x }),
  arith.SelectOp.pat({ condition: one }),
  arith.SelectOp.pat({ condition: zero }),
  ...(["eq", "ne"] as const).flatMap((p) => {
    const condition = arith.CmpI.pat({ predicate: predicate(p), lhs: x, rhs: y });
    return [
      arith.SelectOp.pat({ condition, true_value: x, false_value: y }),
      arith.SelectOp.pat({ condition, true_value: y, false_value: x }),
    ];
  }),
];

describe("an identity folds to what the interpreter computes", () => {
  test.each(identities.map((p) => [p.toString(), p] as const))("%s", (_name, pattern) => {
    const options = { types, instances: 30, inputs: 8, attempts: 60 };
    expect(checkFold(pattern, { ...options, seed: 7 }).applied).toBe(30);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        checkFold(pattern, { ...options, seed });
      }),
      { numRuns: 3 },
    );
  });
});

const casts = [
  arith.TruncI.pat({ in: arith.ExtSI.pat({ in: x }) }),
  arith.TruncI.pat({ in: arith.ExtUI.pat({ in: x }) }),
  arith.TruncF.pat({ in: arith.ExtF.pat({ in: x }) }),
  arith.IndexCast.pat({ in: arith.IndexCast.pat({ in: x }) }),
  arith.IndexCastUI.pat({ in: arith.IndexCastUI.pat({ in: x }) }),
  arith.BitcastOp.pat({ in: arith.BitcastOp.pat({ in: x }) }),
];

test.each(casts.map((p) => [p.toString(), p] as const))("%s is undone", (_name, pattern) => {
  const options = { types, instances: 10, inputs: 8, attempts: 1000 };
  expect(checkFold(pattern, { ...options, seed: 3 }).applied).toBe(10);
});
