import { expect, test } from "vitest";
import { linesAfter, runOn } from "./golden.ts";

const cast = "builtin.unrealized_conversion_cast";

test("removes casts that cancel out, also several steps apart and several at once", () => {
  expect(
    linesAfter(
      "reconcile-unrealized-casts",
      `
      %0 = ${cast} %a : i32 to i64
      %1 = ${cast} %0 : i64 to i16
      %2 = ${cast} %1 : i16 to i32
      %3:2 = ${cast} %2, %b : i32, i32 to i8, i8
      %4:2 = ${cast} %3#0, %3#1 : i8, i8 to i32, i32
      %5 = arith.addi %4#0, %4#1 : i32
      %6 = ${cast} %5 : i32 to i64
      %7 = ${cast} %6 : i64 to i16
      "t.opaque"(%7) : (i16) -> ()
      return %5 : i32`,
    ),
  ).toEqual([
    "%0 = arith.addi %arg0, %arg1 : i32",
    `%1 = ${cast} %0 : i32 to i64`,
    `%2 = ${cast} %1 : i64 to i16`,
    `"t.opaque"(%2) : (i16) -> ()`,
    "return %0 : i32",
  ]);
});

test("leaves others alone", () => {
  const source = `func.func @f(%a: i32) -> i64 {
    %0 = ${cast} %a : i32 to i64
    return %0 : i64
  }`;
  expect(runOn("reconcile-unrealized-casts", source).result.changed).toBe(false);
});
