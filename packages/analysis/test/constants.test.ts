import { type Attribute, i32, IntegerAttr, type Value, walk } from "@strata/ir";
import { AnalysisCache } from "@strata/pass";
import { Random } from "@strata/support";
import { moduleTexts } from "@strata/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Constants, constantsAnalysis } from "../src/index.ts";
import { parse, taggedValues } from "./context.ts";
import { observe } from "./observe.ts";

function constantsOf(text: string): Record<string, string> {
  const module = parse(text);
  const constants = new Constants(module);
  const show = (a: Attribute | undefined): string => a?.toString() ?? "unknown";
  const entries = [...taggedValues(module)].map(([tag, v]) => [tag, show(constants.constantOf(v))]);
  return Object.fromEntries(entries) as Record<string, string>;
}

test("through branches that never happen, and loops that change nothing", () => {
  const text = `func.func @f(%n: index, %x: i32) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %one = arith.constant 1 : i32
    %two = arith.constant 2 : i32
    %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %one, %b = %one) -> (i32, i32) {
      %same = arith.muli %a, %one {tag = "same"} : i32
      %more = arith.addi %b, %one {tag = "more"} : i32
      %is = arith.cmpi eq, %a, %one {tag = "decided"} : i32
      %next = scf.if %is -> i32 {
        scf.yield %same : i32
      } else {
        scf.yield %x : i32
      }
      scf.yield %next, %more : i32, i32
    }
    %out = arith.addi %r#0, %two {tag = "out"} : i32
    %varies = arith.addi %r#1, %two {tag = "varies"} : i32
    %w = scf.while (%k = %one) : (i32) -> i32 {
      %never = arith.cmpi sgt, %k, %two : i32
      scf.condition(%never) %k : i32
    } do {
    ^bb0(%k: i32):
      %up = arith.addi %k, %x {tag = "unreached"} : i32
      scf.yield %up : i32
    }
    %end = arith.addi %w, %two {tag = "end"} : i32
    return
  }`;
  expect(constantsOf(text)).toEqual({
    same: "1 : i32",
    more: "unknown",
    decided: "true",
    out: "3 : i32",
    varies: "unknown",
    unreached: "unknown",
    end: "3 : i32",
  });
});

test("blocks that are never reached", () => {
  const module = parse(`func.func @f(%x: i32) -> i32 {
    %no = arith.constant false
    %c = arith.constant 4 : i32
    cf.cond_br %no, ^a(%x : i32), ^b(%c : i32)
  ^a(%y: i32):
    cf.br ^b(%y : i32)
  ^b(%z: i32):
    %w = arith.addi %z, %z {tag = "met"} : i32
    return %w : i32
  }`);
  const constants = new AnalysisCache().get(constantsAnalysis, module);
  const blocks = [...[...module.ops()][0]!.regions[0]!.blocks()];
  expect(blocks.map((b) => constants.isReachable(b))).toEqual([true, false, true]);
  const met = taggedValues(module).get("met")!;
  expect(constants.constantOf(met)).toBe(IntegerAttr.get(8, i32));
});

const numRuns = Number(process.env["STRATA_RUNS"] ?? 150);

test("what is called constant never is another number", () => {
  let found = 0;
  fc.assert(
    fc.property(moduleTexts(), fc.nat(), (text, seed) => {
      const module = parse(text);
      const constants = new Constants(module);
      const numbers = new Map<Value, bigint>();
      walk(module, (op) => {
        for (const r of op.results) {
          const a = constants.constantOf(r);
          if (a instanceof IntegerAttr) numbers.set(r, a.value);
        }
      });
      observe(module, new Random(seed), 3, (value, number) => {
        const constant = numbers.get(value);
        if (constant === undefined) return;
        found++;
        if (constant !== number) throw new Error(`${number} of a constant ${constant}`);
      });
    }),
    { numRuns },
  );
  expect(found).toBeGreaterThan(numRuns);
}, 60_000);
