import { expect, test } from "vitest";
import { linesAfter, runOn } from "./golden.ts";

const cse = (body: string): string[] => linesAfter("cse", body);

test("merges equal operations, commutative ones in either order", () => {
  expect(
    cse(`
      %0 = arith.addi %a, %b : i32
      %1 = arith.addi %b, %a : i32
      %2 = arith.subi %a, %b : i32
      %3 = arith.subi %b, %a : i32
      %4 = arith.addi %0, %1 : i32
      %5 = arith.addi %4, %2 : i32
      %6 = arith.addi %5, %3 : i32
      return %6 : i32`),
  ).toEqual([
    "%0 = arith.addi %arg0, %arg1 : i32",
    "%1 = arith.subi %arg0, %arg1 : i32",
    "%2 = arith.subi %arg1, %arg0 : i32",
    "%3 = arith.addi %0, %0 : i32",
    "%4 = arith.addi %3, %1 : i32",
    "%5 = arith.addi %4, %2 : i32",
    "return %5 : i32",
  ]);
});

test("tells attributes and result types apart, and counts", () => {
  const { text, result } = runOn(
    "cse",
    `func.func @f(%a: i8, %b: i32) -> (i32, i64, i1, i1, i1) {
      %0 = arith.extsi %a : i8 to i32
      %1 = arith.extsi %a : i8 to i64
      %2 = arith.cmpi slt, %0, %b : i32
      %3 = arith.cmpi sgt, %0, %b : i32
      %4 = arith.extsi %a : i8 to i32
      %5 = arith.cmpi slt, %4, %b : i32
      %dead = arith.muli %b, %b : i32
      return %0, %1, %2, %3, %5 : i32, i64, i1, i1, i1
    }`,
  );
  expect(text).toContain("return %0, %1, %2, %3, %2 : i32, i64, i1, i1, i1");
  expect(Object.fromEntries(result.statistics.get("cse")!)).toEqual({
    "num-cse'd": 2,
    "num-dce'd": 1,
  });
});

test("knows in a block what dominates it, and nothing of its siblings", () => {
  expect(
    cse(`
      %0 = arith.addi %a, %b : i32
      cf.cond_br %c, ^bb1, ^bb2
    ^bb1:
      %1 = arith.addi %a, %b : i32
      %2 = arith.muli %1, %a : i32
      cf.br ^bb3(%2 : i32)
    ^bb2:
      %3 = arith.muli %0, %a : i32
      cf.br ^bb3(%3 : i32)
    ^bb3(%4: i32):
      %5 = arith.muli %0, %a : i32
      %6 = arith.addi %4, %5 : i32
      return %6 : i32`),
  ).toEqual([
    "%0 = arith.addi %arg0, %arg1 : i32",
    "cf.cond_br %arg2, ^bb1, ^bb2",
    "^bb1:",
    "%1 = arith.muli %0, %arg0 : i32",
    "cf.br ^bb3(%1 : i32)",
    "^bb2:",
    "%2 = arith.muli %0, %arg0 : i32",
    "cf.br ^bb3(%2 : i32)",
    "^bb3(%3: i32):",
    "%4 = arith.muli %0, %arg0 : i32",
    "%5 = arith.addi %3, %4 : i32",
    "return %5 : i32",
  ]);
});

test("merges reads between which nothing writes", () => {
  const load = `"t.load"() <{cell = 0 : i64}> : () -> i32`;
  expect(
    cse(`
      %0 = ${load}
      %1 = ${load}
      "t.store"(%a) <{cell = 0 : i64}> : (i32) -> ()
      %2 = ${load}
      %x = "t.scope"() ({
        %3 = ${load}
        %4 = ${load}
        %5 = arith.addi %3, %4 : i32
        t.return %5 : i32
      }) : () -> i32
      %6 = ${load}
      %y = "t.scope"() ({
        %7 = ${load}
        "t.opaque"(%7) : (i32) -> ()
        t.return %7 : i32
      }) : () -> i32
      %8 = ${load}
      "t.opaque"(%0, %1, %2, %x, %6, %y, %8) : (i32, i32, i32, i32, i32, i32, i32) -> ()
      return %8 : i32`),
  ).toEqual([
    `%0 = ${load}`,
    `"t.store"(%arg0) <{cell = 0 : i64}> : (i32) -> ()`,
    `%1 = ${load}`,
    `%2 = "t.scope"() ({`,
    `%3 = ${load}`,
    `%4 = arith.addi %3, %3 : i32`,
    "t.return %4 : i32",
    "}) : () -> i32",
    `%5 = "t.scope"() ({`,
    `%6 = ${load}`,
    `"t.opaque"(%6) : (i32) -> ()`,
    "t.return %6 : i32",
    "}) : () -> i32",
    `%7 = ${load}`,
    `"t.opaque"(%0, %0, %1, %2, %1, %5, %7) : (i32, i32, i32, i32, i32, i32, i32) -> ()`,
    "return %7 : i32",
  ]);
});

test("merges operations with equal regions, after what is inside", () => {
  const scope = (name: string, extra: string): string => `
      %${name} = "t.scope"() ({
        %p${name} = arith.addi %a, %b : i32
        %q${name} = arith.muli %p${name}, %p${name} : i32
        ${extra}
        t.return %q${name} : i32
      }) : () -> i32`;
  const lines = cse(`
      ${scope("x", "%again = arith.addi %b, %a : i32")}
      ${scope("y", "")}
      %z = "t.scope"() ({
        %pz = arith.addi %a, %a : i32
        %qz = arith.muli %pz, %pz : i32
        t.return %qz : i32
      }) : () -> i32
      %0 = arith.subi %x, %y : i32
      %1 = arith.subi %0, %z : i32
      return %1 : i32`);
  expect(lines.filter((l) => l.includes("t.scope"))).toHaveLength(2);
  expect(lines.at(-3)).toBe("%6 = arith.subi %0, %0 : i32");
});

test("does not carry values into isolated operations", () => {
  const source = `module {
    %0 = "t.const"() <{value = 1 : i32}> : () -> i32
    func.func @f() -> i32 {
      %1 = "t.const"() <{value = 1 : i32}> : () -> i32
      return %1 : i32
    }
    "t.opaque"(%0) : (i32) -> ()
  }`;
  expect(runOn("cse", source).result.changed).toBe(false);
});
