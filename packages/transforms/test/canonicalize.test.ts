import { pattern } from "@strata/rewrite";
import { collect, constantAttr, parseModule } from "@strata/ir";
import { ConstOp, SubOp } from "@strata/testing/tiny";
import { expect, test } from "vitest";
import { canonicalizeIn } from "../src/index.ts";
import { context, linesAfter, runOn } from "./golden.ts";

const canonicalize = (body: string): string[] => linesAfter("canonicalize", body);

test("folds through operations, constants to the right and to the top", () => {
  expect(
    canonicalize(`
      %0 = "t.neg"(%a) : (i32) -> i32
      %1 = "t.const"() <{value = 2 : i32}> : () -> i32
      %2 = "t.const"() <{value = 3 : i32}> : () -> i32
      %3 = t.add %1, %2 : i32
      %4 = t.mul %3, %0 : i32
      return %4 : i32`),
  ).toEqual([
    '%0 = "t.const"() <{value = 5 : i32}> : () -> i32',
    "%1 = t.neg %arg0 : i32",
    "%2 = t.mul %1, %0 : i32",
    "return %2 : i32",
  ]);
});

test("replaces arguments that always get one value", () => {
  expect(
    canonicalize(`
      cf.cond_br %c, ^bb1(%a, %b : i32, i32), ^bb2
    ^bb2:
      "t.opaque"() : () -> ()
      cf.br ^bb1(%a, %a : i32, i32)
    ^bb1(%x: i32, %y: i32):
      %0 = t.sub %x, %y : i32
      return %0 : i32`).slice(-3),
  ).toEqual(["^bb2(%0: i32):", "%1 = t.sub %arg0, %0 : i32", "return %1 : i32"]);
});

test("leaves regions alone when told", () => {
  const source = `func.func @f() {
      return
    ^bb1:
      return
    }`;
  expect(runOn("canonicalize{region-simplify=false}", source).result.changed).toBe(false);
  expect(runOn("canonicalize", source).text).not.toContain("^bb1");
});

test("takes further patterns, counts what applied", () => {
  const m = parseModule(
    context,
    `func.func @f(%a: i32) -> i32 {
      %0 = t.sub %a, %a : i32
      return %0 : i32
    }`,
  );
  const same = pattern("sub-same", SubOp, (op, rw) => {
    if (op.lhs !== op.rhs) return false;
    const { type } = op.lhs;
    rw.replaceOp(
      op,
      rw.insert(ConstOp.of({ value: constantAttr(type, 0) }, { types: { result: type } })),
    );
    return true;
  });
  const r = canonicalizeIn(m, { patterns: [same] });
  expect([...r.applied]).toEqual([["sub-same", 1]]);
  expect(collect(m, SubOp)).toEqual([]);
});
