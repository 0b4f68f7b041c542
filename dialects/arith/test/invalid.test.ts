import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { DiagnosticError } from "@strata/support";
import { parseVerified } from "@strata/testing";
import { expect, test } from "vitest";
import { arith } from "../src/index.ts";

const context = new Context([builtin, func, arith]);
const args =
  "%i: i32, %l: i64, %x: f32, %d: f64, %n: index, %c: i1, %v: vector<4xi32>, %w: vector<4xf32>, " +
  "%m: memref<4xi32>, %mask: vector<3xi1>, %t: tensor<?xi32>";

/** The diagnostics of an operation that is refused. */
function refused(op: string) {
  try {
    parseVerified(context, `func.func @f(${args}) {\n${op}\nreturn\n}`);
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics;
    throw e;
  }
  throw new Error(`\`${op}\` is accepted`);
}

test.each([
  [
    "arith.constant-type",
    '%0 = "arith.constant"() <{value = 1 : i64}> : () -> i32',
    /`i32`.*`i64`/,
  ],
  ["arith.constant-signedness", "%0 = arith.constant 1 : si8", /signless integers only/],
  ["ir.attribute-kind", '%0 = "arith.constant"() <{value = "text"}> : () -> i32', /integer, float/],
  ["parse.type-mismatch", "%0 = arith.addi %i, %l : i32", /`%l`.*`i64`/],
  ["ir.operand-type", "%0 = arith.addi %x, %x : f32", /signless-integer/],
  ["ir.operand-type", "%0 = arith.addf %i, %i : i32", /floating-point/],
  ["ir.operand-type", "%0 = arith.addi %m, %m : memref<4xi32>", /signless-integer/],
  ["arith.cast-types", "%0 = arith.extsi %l : i64 to i32", /must be wider/],
  ["arith.cast-types", "%0 = arith.extui %i : i32 to i32", /must be wider/],
  ["arith.cast-types", "%0 = arith.trunci %i : i32 to i64", /must be narrower/],
  ["arith.cast-types", "%0 = arith.extf %d : f64 to f32", /must be wider/],
  ["arith.cast-types", "%0 = arith.truncf %x : f32 to f64", /must be narrower/],
  ["arith.cast-types", "%0 = arith.bitcast %i : i32 to f64", /same width/],
  ["arith.cast-types", "%0 = arith.index_cast %i : i32 to i64", /exactly one/],
  ["arith.cast-types", "%0 = arith.index_castui %n : index to index", /exactly one/],
  ["ir.same-shape", "%0 = arith.extsi %v : vector<4xi32> to i64", /one shape/],
  ["ir.same-shape", "%0 = arith.sitofp %v : vector<4xi32> to vector<2xf32>", /one shape/],
  ["ir.operand-type", "%0 = arith.fptosi %i : i32 to i32", /floating-point/],
  ["ir.result-type", "%0 = arith.fptosi %x : f32 to index", /integer/],
  [
    "arith.select-shape",
    "%0 = arith.select %mask, %v, %v : vector<3xi1>, vector<4xi32>",
    /chooses from/,
  ],
  ["arith.select-shape", "%0 = arith.select %mask, %i, %i : vector<3xi1>, i32", /chooses from/],
  ["ir.operand-type", "%0 = arith.select %i, %x, %x : i32, f32", /bool/],
  ["parse.keyword", "%0 = arith.cmpi less, %i, %i : i32", /eq, ne, slt/],
  ["parse.keyword", "%0 = arith.cmpf lt, %x, %x : f32", /oeq/],
  ["parse.keyword", "%0 = arith.addi %i, %i overflow<wrap> : i32", /overflow flag.*nsw, nuw/],
  ["parse.keyword", "%0 = arith.addf %x, %x fastmath<fastest> : f32", /fast-math flag/],
  ["parse.expected", "%0 = arith.addi %i : i32", /expected `,`/],
  [
    "ir.result-type",
    '%0 = "arith.cmpi"(%i, %i) <{predicate = 2 : i64}> : (i32, i32) -> i32',
    /i1 in the shape/,
  ],
  [
    "ir.attribute-kind",
    '%0 = "arith.cmpi"(%i, %i) <{predicate = 12 : i64}> : (i32, i32) -> i1',
    /comparison predicate/,
  ],
  ["ir.attribute-missing", '%0 = "arith.cmpi"(%i, %i) : (i32, i32) -> i1', /predicate/],
])("%s: %s", (code, op, message) => {
  const found = refused(op).find((d) => d.code === code);
  expect(
    found?.message,
    refused(op)
      .map((d) => d.code)
      .join(),
  ).toMatch(message);
  expect(found?.span).toBeDefined();
});
