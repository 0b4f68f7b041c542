import { type ElementStore, MemRefValue } from "@strata/interpret";
import { MemRefType, type Value } from "@strata/ir";
import { AnalysisCache } from "@strata/pass";
import { Random } from "@strata/support";
import { moduleTexts } from "@strata/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AliasAnalysis, aliasAnalysis } from "../src/index.ts";
import { parse, taggedValues } from "./context.ts";
import { observeTypes } from "./observe.ts";

const text = `memref.global "private" @g : memref<8xf32>
memref.global "private" @h : memref<8xf32>
func.func private @make() -> memref<8xf32>
func.func @f(%x: memref<8xf32>, %y: memref<8xf32>, %p: i1, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %arg = memref.cast %x {tag = "x"} : memref<8xf32> to memref<?xf32>
  %other = memref.cast %y {tag = "y"} : memref<8xf32> to memref<?xf32>
  %a = memref.alloc() {tag = "a"} : memref<8xf32>
  %b = memref.alloca() {tag = "b"} : memref<8xf32>
  %part = memref.subview %a[2] [4] [1] {tag = "part"} : memref<8xf32> to memref<4xf32, strided<[1], offset: 2>>
  %again = memref.cast %arg {tag = "again"} : memref<?xf32> to memref<8xf32>
  %g = memref.get_global @g : memref<8xf32> {tag = "g"}
  %h = memref.get_global @h : memref<8xf32> {tag = "h"}
  %made = func.call @make() {tag = "made"} : () -> memref<8xf32>
  %if = scf.if %p -> memref<8xf32> {
    scf.yield %a : memref<8xf32>
  } else {
    scf.yield %b : memref<8xf32>
  } {tag = "if"}
  %loop = scf.for %i = %c0 to %n step %c1 iter_args(%m = %a) -> memref<8xf32> {
    scf.yield %g : memref<8xf32>
  } {tag = "loop"}
  return
}`;

test("buffers of allocations, arguments, globals and views", () => {
  const module = parse(text);
  const values = taggedValues(module);
  const aliases = new AnalysisCache().get(aliasAnalysis, module);
  const answer = (pair: string): string => {
    const [a, b] = pair.split(" ").map((tag) => values.get(tag)!);
    expect(aliases.alias(b!, a!)).toBe(aliases.alias(a!, b!));
    return aliases.alias(a!, b!);
  };
  const no = ["a b", "a x", "part b", "part x", "g h", "g a", "if x", "if g", "loop b", "loop h"];
  const may = [
    "x y",
    "a part",
    "x g",
    "made a",
    "made x",
    "made g",
    "if a",
    "if part",
    "loop a",
    "loop g",
  ];
  const must = ["x again", "a a"];
  expect(no.filter((pair) => answer(pair) !== "no")).toEqual([]);
  expect(may.filter((pair) => answer(pair) !== "may")).toEqual([]);
  expect(must.filter((pair) => answer(pair) !== "must")).toEqual([]);
});

test("buffers that share no memory never do", () => {
  let compared = 0;
  const families = ["arith", "memref", "scf", "cf", "call"] as const;
  fc.assert(
    fc.property(moduleTexts({ families }), fc.nat(), (program, seed) => {
      const module = parse(program);
      const aliases = new AliasAnalysis(module);
      const stores = new Map<Value, Set<ElementStore>>();
      const isBuffer = (t: unknown): boolean => t instanceof MemRefType;
      observeTypes(module, new Random(seed), 2, isBuffer, (value, what) => {
        if (!(what instanceof MemRefValue)) throw new Error("no memref");
        const known = stores.get(value) ?? new Set();
        stores.set(value, known.add(what.buffer));
      });
      const all = [...stores];
      for (const [a, ofA] of all) {
        for (const [b, ofB] of all) {
          if (aliases.alias(a, b) !== "no") continue;
          compared++;
          for (const store of ofA) expect(ofB.has(store)).toBe(false);
        }
      }
    }),
    { numRuns: 100 },
  );
  expect(compared).toBeGreaterThan(100);
}, 60_000);
