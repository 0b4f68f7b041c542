import { collect, expectVerified, type ModuleOp, parseModule } from "@strata/ir";
import { AddOp, context, MulOp, NegOp, SubOp } from "@strata/testing/tiny";
import { describe, expect, test } from "vitest";
import {
  applyPatternsGreedily,
  bisectRewrites,
  describeEvent,
  Journal,
  rule,
} from "../src/index.ts";

/** A chain of additions whose last value is returned. */
function chain(n: number): ModuleOp {
  const body = Array.from({ length: n }, (_, i) => {
    return `%${i} = t.add ${i === 0 ? "%a" : `%${i - 1}`}, %b : i64`;
  });
  const text = `${body.join("\n")}\nt.return %${n - 1} : i64`;
  const m = parseModule(context, `"t.func"() ({\n^bb0(%a: i64, %b: i64):\n${text}\n}) : () -> ()`);
  expectVerified(m);
  return m;
}

/** Right: x + y = y − (−x). */
const addToSub = rule("add-to-sub", (x, y) => [
  AddOp.pat({ lhs: x, rhs: y }),
  SubOp.pat({ lhs: y, rhs: NegOp.pat({ input: x }) }),
]);

describe("the journal", () => {
  test("tells each change, in a size linear in their number", () => {
    const sizes = [10, 20, 40].map((n) => {
      const journal = new Journal();
      const { rewrites, steps } = applyPatternsGreedily(chain(n), [addToSub], {
        listeners: [journal],
      });
      expect([rewrites, steps]).toEqual([n, n]);
      return journal.events.length;
    });
    expect(sizes[1]! - sizes[0]!).toBe((sizes[2]! - sizes[1]!) / 2);
  });

  test("says what a step did", () => {
    const journal = new Journal();
    applyPatternsGreedily(chain(1), [addToSub], { listeners: [journal] });
    const first = journal.eventsOf(1);
    expect(first.map((e) => e.kind)).toEqual([
      "inserted",
      "inserted",
      "replaced",
      "operands",
      "erased",
      "applied",
    ]);
    expect(first.map(describeEvent)[5]).toMatch(/^1: applied #\d+ t\.add by `add-to-sub`$/);
  });
});

describe("stopping and bisecting", () => {
  test("stops after a number of steps", () => {
    const m = chain(10);
    const r = applyPatternsGreedily(m, [addToSub], { maxSteps: 4, onLimit: "stop" });
    expect(r).toMatchObject({ steps: 4, rewrites: 4, converged: false, diagnostic: undefined });
    expect(collect(m, AddOp).length).toBe(6);
  });

  test("finds the step that breaks something", () => {
    let made = 0;
    const wrong = rule("makes-a-product", (x, y) => [
      AddOp.pat({ lhs: x, rhs: y }),
      MulOp.pat({ lhs: x, rhs: y }),
    ]);
    // Of ten steps the seventh takes the wrong rule.
    const mixed = {
      name: "mixed",
      doc: "",
      roots: [AddOp.definition],
      benefit: 1,
      apply: (op: Parameters<typeof wrong.apply>[0], r: Parameters<typeof wrong.apply>[1]) =>
        (++made === 7 ? wrong : addToSub).apply(op, r),
    };
    const make = (): ModuleOp => {
      made = 0;
      return chain(10);
    };
    const holds = (m: Parameters<typeof collect>[0]): boolean => collect(m, MulOp).length === 0;
    const found = bisectRewrites(make, [mixed], holds);
    expect(found?.step).toBe(7);
    expect(found?.events.map((e) => e.name)).toContain("t.mul");
    expect(found?.events.at(-1)).toMatchObject({ kind: "applied", pattern: "mixed" });
    expect(bisectRewrites(make, [addToSub], holds)).toBeUndefined();
    expect(() => bisectRewrites(make, [addToSub], () => false)).toThrow("before any rewrite");
  });
});
