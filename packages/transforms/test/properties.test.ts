import {
  Block,
  cloneOp,
  expectVerified,
  i64,
  IntegerAttr,
  ModuleOp,
  type Operation,
  Region,
  type Value,
} from "@strata/ir";
import { parsePipeline, PassRegistry, runPipeline } from "@strata/pass";
import { computed, constant, rule } from "@strata/rewrite";
import {
  AddOp,
  ConstOp,
  evaluate,
  FuncOp,
  MulOp,
  NegOp,
  ReturnOp,
  SubOp,
  tinyPrograms,
} from "@strata/testing/tiny";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalizeIn,
  eliminateCommonSubexpressions,
  eraseDeadCode,
  registerTransforms,
} from "../src/index.ts";

const registry = registerTransforms(new PassRegistry());
const argument = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

/** Rules that a dialect might attach. */
const rules = [
  rule("sub-is-add", (x, c) => [
    SubOp.pat({ lhs: x, rhs: constant(c) }),
    AddOp.pat({ lhs: x, rhs: constant(computed("-c", (m) => m.like(c, -m.integer(c)!))) }),
  ]),
  rule("add-add", (x, c, d) => [
    AddOp.pat({ lhs: AddOp.pat({ lhs: x, rhs: constant(c) }), rhs: constant(d) }),
    AddOp.pat({
      lhs: x,
      rhs: constant(computed("c + d", (m) => m.like(c, m.integer(c)! + m.integer(d)!))),
    }),
  ]),
  rule("add-sub", (x, y) => [AddOp.pat({ lhs: SubOp.pat({ lhs: x, rhs: y }), rhs: y }), x]),
  rule("sub-neg", (x, y) => [
    SubOp.pat({ lhs: x, rhs: NegOp.pat({ input: y }) }),
    AddOp.pat({ lhs: x, rhs: y }),
  ]),
  rule("mul-minus-one", (x) => [MulOp.pat({ lhs: x, rhs: constant(-1) }), NegOp.pat({ input: x })]),
];

/** What a program does before and after. */
function sameMeaning(
  module: ModuleOp,
  args: readonly bigint[],
  transform: (m: ModuleOp) => void,
): void {
  expectVerified(module);
  const before = evaluate(module.body.entry.firstOp!, args);
  // Programs that run for long are as good as endless.
  fc.pre(before !== undefined);
  const after = cloneOp(module);
  transform(after);
  expectVerified(after);
  expect(evaluate(after.body.entry.firstOp!, args)).toEqual(before);
}

describe("the meaning stays", () => {
  test.each(["cse", "dce", "canonicalize", "canonicalize,cse,dce,canonicalize"])("%s", (text) => {
    const p = parsePipeline(text, registry);
    fc.assert(
      fc.property(tinyPrograms, argument, argument, (m, a, b) =>
        sameMeaning(m, [a, b], (copy) => void runPipeline(p, copy)),
      ),
      { numRuns: 500 },
    );
  });

  test("canonicalize with rules", () => {
    fc.assert(
      fc.property(tinyPrograms, argument, argument, (m, a, b) =>
        sameMeaning(m, [a, b], (copy) => void canonicalizeIn(copy, { patterns: rules })),
      ),
      { numRuns: 500 },
    );
  });

  test("each pass reaches a fixed point", () => {
    fc.assert(
      fc.property(tinyPrograms, (m) => {
        canonicalizeIn(m, { patterns: rules });
        expect(canonicalizeIn(m, { patterns: rules }).changed).toBe(false);
        eliminateCommonSubexpressions(m);
        expect(eliminateCommonSubexpressions(m).merged).toBe(0);
        eraseDeadCode(m);
        expect(eraseDeadCode(m)).toEqual({ operations: 0, blocks: 0, blockArguments: 0 });
      }),
      { numRuns: 300 },
    );
  });
});

describe("size", () => {
  /** A module with one function of the given body. */
  const moduleOf = (build: (block: Block) => Value): ModuleOp => {
    const block = new Block([i64, i64]);
    const out = build(block);
    block.append(ReturnOp.of({ inputs: [out] }));
    const m = ModuleOp.create();
    m.add(FuncOp.of({ body: new Region([block]) }));
    return m;
  };
  const count = (m: ModuleOp): number => {
    let n = 0;
    for (
      let op: Operation | null = m.body.entry.firstOp!.regions[0]!.entry.firstOp;
      op;
      op = op.next
    )
      n++;
    return n;
  };

  test("a function of 100 000 operations", () => {
    const random = (): ModuleOp =>
      moduleOf((block) => {
        const known: Value[] = [...block.args];
        let seed = 1;
        const next = (n: number): number => (seed = (seed * 48_271) % 0x7fff_ffff) % n;
        for (let i = 0; i < 100_000; i++) {
          const lhs = known[Math.max(0, known.length - 1 - next(50))]!;
          const rhs = known[next(known.length)]!;
          const kinds = [AddOp, SubOp, MulOp];
          const op: Operation =
            next(8) === 0
              ? ConstOp.of({ value: IntegerAttr.i64(next(1000)) }, { types: { result: i64 } })
              : kinds[next(3)]!.of({ lhs, rhs });
          block.append(op);
          known.push(op.results[0]!);
        }
        return known.at(-1)!;
      });
    for (const text of ["canonicalize", "cse", "dce", "canonicalize,cse"]) {
      const m = random();
      const before = count(m);
      const r = runPipeline(parsePipeline(text, registry), m, { verify: false });
      expect(r.changed).toBe(true);
      expect(count(m)).toBeLessThan(before);
    }
  });

  test("a chain of 1 000 000 uses, folded, merged, erased", () => {
    const chain = moduleOf((block) => {
      let v: Value = block.args[0]!;
      for (let i = 0; i < 1_000_000; i++) {
        const op = SubOp.of({ lhs: v, rhs: block.args[1]! });
        block.append(op);
        v = op.result;
      }
      return v;
    });
    eliminateCommonSubexpressions(chain);
    canonicalizeIn(chain);
    expect(count(chain)).toBe(1_000_001);
    const { entry } = chain.body.entry.firstOp!.regions[0]!;
    entry.lastOp!.setOperand(0, entry.args[0]!);
    eraseDeadCode(chain);
    expect(count(chain)).toBe(1);
    const wide = moduleOf((block) => {
      const a = ConstOp.of({ value: IntegerAttr.i64(1) }, { types: { result: i64 } });
      block.append(a);
      let v: Value = a.result;
      for (let i = 0; i < 300_000; i++) {
        const op = AddOp.of({ lhs: v, rhs: a.result });
        block.append(op);
        v = op.result;
      }
      return v;
    });
    canonicalizeIn(wide);
    expect(count(wide)).toBe(2);
  });
});
