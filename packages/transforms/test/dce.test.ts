import { expect, test } from "vitest";
import { linesAfter, runOn } from "./golden.ts";

const dce = (body: string): string[] => linesAfter("dce", body);

test("erases what nothing depends on, chains and regions included", () => {
  expect(
    dce(`
      %0 = arith.addi %a, %b : i32
      %1 = arith.muli %0, %0 : i32
      %2 = "t.scope"() ({
        %3 = arith.addi %1, %0 : i32
        t.return %3 : i32
      }) : () -> i32
      %4 = "t.load"() <{cell = 0 : i64}> : () -> i32
      return %0 : i32`),
  ).toEqual(["%0 = arith.addi %arg0, %arg1 : i32", "return %0 : i32"]);
});

test("keeps effects and what they need", () => {
  const lines = dce(`
      %0 = arith.addi %a, %b : i32
      %1 = arith.muli %a, %b : i32
      %2 = "t.scope"() ({
        "t.store"(%0) <{cell = 0 : i64}> : (i32) -> ()
        t.return %1 : i32
      }) : () -> i32
      %3 = "t.opaque"() : () -> i32
      return %a : i32`);
  expect(lines).toHaveLength(8);
});

test("erases unreachable blocks and arguments that only keep themselves alive", () => {
  const body = `
      cf.br ^loop(%a, %b, %a : i32, i32, i32)
    ^loop(%i: i32, %self: i32, %used: i32):
      %next = arith.addi %i, %b : i32
      %more = arith.muli %self, %i : i32
      cf.cond_br %c, ^loop(%next, %more, %used : i32, i32, i32), ^end(%self, %next : i32, i32)
    ^end(%unused: i32, %r: i32):
      %s = arith.addi %r, %used : i32
      return %s : i32
    ^never(%n: i32):
      %m = arith.addi %n, %a : i32
      cf.br ^end(%m, %m : i32, i32)`;
  expect(dce(body)).toEqual([
    "cf.br ^bb1(%arg0, %arg0 : i32, i32)",
    "^bb1(%0: i32, %1: i32):",
    "%2 = arith.addi %0, %arg1 : i32",
    "cf.cond_br %arg2, ^bb1(%2, %1 : i32, i32), ^bb2(%2 : i32)",
    "^bb2(%3: i32):",
    "%4 = arith.addi %3, %1 : i32",
    "return %4 : i32",
  ]);
  const { result } = runOn("dce", `func.func @f(%a: i32, %b: i32, %c: i1) -> i32 {${body}}`);
  expect(Object.fromEntries(result.statistics.get("dce")!)).toEqual({
    operations: 1,
    blocks: 1,
    "block-arguments": 2,
  });
});

test("a passed value that is also the condition stays", () => {
  expect(
    dce(`
      %0 = arith.cmpi eq, %a, %b : i32
      cf.cond_br %0, ^one(%0 : i1), ^two
    ^one(%x: i1):
      return %a : i32
    ^two:
      return %b : i32`),
  ).toEqual([
    "%0 = arith.cmpi eq, %arg0, %arg1 : i32",
    "cf.cond_br %0, ^bb1, ^bb2",
    "^bb1:",
    "return %arg0 : i32",
    "^bb2:",
    "return %arg1 : i32",
  ]);
});

test("erases cycles of graph regions", () => {
  const { text } = runOn(
    "dce",
    `module {
      %0 = "t.add"(%1, %1) : (i32, i32) -> i32
      %1 = "t.neg"(%0) : (i32) -> i32
      %2 = "t.opaque"() : () -> i32
    }`,
  );
  expect(text).toBe('module {\n  %0 = "t.opaque"() : () -> i32\n}\n');
});

test("changes nothing where nothing is dead", () => {
  const source = `func.func @f(%a: i32) -> i32 {
    cf.br ^bb1(%a : i32)
  ^bb1(%b: i32):
    return %b : i32
  }`;
  expect(runOn("dce", source).result.changed).toBe(false);
});
