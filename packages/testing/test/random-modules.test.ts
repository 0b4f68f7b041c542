/** What the arbitraries make is well formed, and print and parse are inverses on it. */
import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { func } from "@strata/func";
import {
  type Attribute,
  builtin,
  Context,
  DictionaryAttr,
  ModuleOp,
  parseModule,
  printOperation,
  TypeAttr,
  walk,
} from "@strata/ir";
import { math } from "@strata/math";
import { memref } from "@strata/memref";
import { scf } from "@strata/scf";
import { tensor } from "@strata/tensor";
import {
  anyAttribute,
  anyType,
  expectRoundTrip,
  expectUpstreamAgrees,
  moduleTexts,
  parseVerified,
  runMlirOpt,
  skipMlirOpt,
} from "@strata/testing";
import { vector } from "@strata/vector";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const context = new Context([builtin, arith, cf, func, math, memref, scf, tensor, vector]);
/** Attributes are interned: what is read again is the same object. */
function again(attribute: Attribute, generic: boolean): Attribute | undefined {
  const module = ModuleOp.create();
  module.setAttr("test.held", attribute);
  const printed = printOperation(module, { generic });
  return parseModule(context, printed).getAttr("test.held");
}

const sample = <T>(values: fc.Arbitrary<T>, numRuns: number): T[] =>
  fc.sample(values, { numRuns, seed: 20 });

/** Modules inside of one, so that upstream's tool is started once for all of them. */
const together = (texts: readonly string[]): string =>
  texts.map((t) => `module {\n${t}}\n`).join("");

describe("types and attributes", () => {
  test("a printed type is read as the same", () => {
    fc.assert(
      fc.property(anyType, (type) => {
        const attribute = TypeAttr.get(type);
        expect(again(attribute, false)).toBe(attribute);
      }),
      { numRuns: 1000 },
    );
  });

  test("a printed attribute is read as the same", () => {
    fc.assert(
      fc.property(anyAttribute, fc.boolean(), (attribute, generic) => {
        expect(again(attribute, generic)).toBe(attribute);
      }),
      { numRuns: 1000 },
    );
  });

  test.skipIf(skipMlirOpt)("upstream reads and prints the same", () => {
    const types = sample(anyType, 300).map((t) => TypeAttr.get(t));
    // Upstream rewrites affine expressions as it reads them.
    const others = sample(anyAttribute, 300).filter((a) => !a.toString().includes("affine_map"));
    const attributes = [...types, ...others];
    const module = ModuleOp.create();
    const named = attributes.map((a, i) => [`k${i}`, a] as const);
    module.setAttr("test.held", DictionaryAttr.get(named));
    for (const generic of [false, true]) {
      const answer = runMlirOpt(printOperation(module, { generic }), [
        "--allow-unregistered-dialect",
      ]);
      const found = parseModule(context, answer).getAttr("test.held");
      if (!(found instanceof DictionaryAttr)) throw new Error("the attribute is gone");
      for (const [key, a] of named) expect(found.get(key)).toBe(a);
    }
  });
});

describe("modules", () => {
  test("every module verifies; printing and parsing are inverses, pretty and generic", () => {
    fc.assert(
      fc.property(moduleTexts({ decorations: true }), (text) => expectRoundTrip(context, text)),
      { numRuns: 300 },
    );
  });

  test("all dialects and several blocks occur", () => {
    const names = new Set<string>();
    let blocks = 0;
    for (const text of sample(moduleTexts(), 300)) {
      walk(parseVerified(context, text), (op) => {
        names.add(op.name);
        if (op.name === "func.func") blocks = Math.max(blocks, [...op.regions[0]!.blocks()].length);
      });
    }
    expect(names.size).toBeGreaterThan(100);
    expect(blocks).toBeGreaterThan(4);
  });

  test.skipIf(skipMlirOpt)("upstream reads and prints the same", () => {
    expectUpstreamAgrees(context, together(sample(moduleTexts({ maxOperations: 16 }), 120)));
  });
});
