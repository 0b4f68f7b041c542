import { acceptedByUpstream, problemCodes, skipMlirOpt } from "@strata/testing";
import { expect, test } from "vitest";
import { context } from "./context.ts";

const head = `func.func @f(%i: index, %n: i32, %x: f32, %c: i1, %m: memref<?xf32>) {`;

/** Lines that do not verify, with the code we say it by; upstream refuses them too. */
const lines: readonly (readonly [code: string, line: string])[] = [
  [
    "scf.yield-count",
    "%0 = scf.for %k = %i to %i step %i iter_args(%a = %x) -> (f32) {\n scf.yield %a, %a : f32, f32\n }",
  ],
  [
    "scf.yield-type",
    "%0 = scf.for %k = %i to %i step %i iter_args(%a = %x) -> (f32) {\n scf.yield %n : i32\n }",
  ],
  [
    "scf.for-args",
    `"scf.for"(%i, %i, %i) ({\n^bb0(%k: i32):\n "scf.yield"() : () -> ()\n }) : (index, index, index) -> ()`,
  ],
  [
    "scf.for-results",
    `%0 = "scf.for"(%i, %i, %i, %x) ({\n^bb0(%k: index, %a: f32):\n "scf.yield"(%n) : (i32) -> ()\n }) : (index, index, index, f32) -> i32`,
  ],
  [
    "ir.operand-type",
    `"scf.for"(%x, %x, %x) ({\n^bb0(%k: f32):\n "scf.yield"() : () -> ()\n }) : (f32, f32, f32) -> ()`,
  ],
  ["scf.yield-count", "%0 = scf.if %c -> (f32) {\n scf.yield %x : f32\n } else {\n }"],
  ["scf.if-else", "%0 = scf.if %c -> (f32) {\n scf.yield %x : f32\n }"],
  [
    "scf.yield-type",
    "%0 = scf.if %c -> (f32) {\n scf.yield %x : f32\n } else {\n scf.yield %n : i32\n }",
  ],
  [
    "scf.region-args",
    `"scf.if"(%c) ({\n^bb0(%a: i32):\n "scf.yield"() : () -> ()\n }, {}) : (i1) -> ()`,
  ],
  ["scf.while-condition", "scf.while : () -> () {\n scf.yield\n } do {\n scf.yield\n }"],
  [
    "scf.while-condition",
    "%0 = scf.while : () -> (f32) {\n scf.condition(%c)\n } do {\n^bb0(%a: f32):\n scf.yield\n }",
  ],
  [
    "scf.while-after",
    "%0 = scf.while : () -> (f32) {\n scf.condition(%c) %x : f32\n } do {\n scf.yield\n }",
  ],
  [
    "scf.yield-count",
    "scf.while (%a = %x) : (f32) -> () {\n scf.condition(%c)\n } do {\n scf.yield\n }",
  ],
  [
    "scf.parallel-reduce",
    "%0 = scf.parallel (%k) = (%i) to (%i) step (%i) init (%x) -> f32 {\n scf.reduce\n }",
  ],
  [
    "scf.reduce-args",
    `%0 = scf.parallel (%k) = (%i) to (%i) step (%i) init (%x) -> f32 {
      scf.reduce(%x : f32) {
      ^bb0(%a: i32, %b: i32):
        scf.reduce.return %x : f32
      }
    }`,
  ],
  [
    "scf.reduce-return",
    `%0 = scf.parallel (%k) = (%i) to (%i) step (%i) init (%x) -> f32 {
      scf.reduce(%x : f32) {
      ^bb0(%a: f32, %b: f32):
        scf.reduce.return %n : i32
      }
    }`,
  ],
  [
    "scf.switch-cases",
    "scf.index_switch %i\n case 1 {\n scf.yield\n }\n case 1 {\n scf.yield\n }\n default {\n scf.yield\n }",
  ],
  [
    "scf.yield-count",
    "%0 = scf.index_switch %i -> f32\n case 1 {\n scf.yield %x : f32\n }\n default {\n scf.yield\n }",
  ],
  ["scf.yield-count", "%0 = scf.execute_region -> f32 {\n scf.yield\n }"],
  ["scf.region-empty", `"scf.execute_region"() ({}) : () -> ()`],
  ["ir.parent", "scf.condition(%c)"],
];

const moduleOf = (line: string): string => `${head}\n  ${line}\n  return\n}`;

test.each(lines)("%s: %s", (code, line) => {
  expect(problemCodes(context, moduleOf(line))).toContain(code);
});

test.skipIf(skipMlirOpt)("upstream refuses them as well", () => {
  expect(acceptedByUpstream(lines.map(([, line]) => moduleOf(line)))).toEqual([]);
});

test("a parallel loop has as many bounds as dimensions, which upstream does not check", () => {
  const line = `"scf.parallel"(%i, %i, %i, %i) <{operandSegmentSizes = array<i32: 1, 2, 1, 0>}> ({
  ^bb0(%k: index):
    "scf.reduce"() : () -> ()
  }) : (index, index, index, index) -> ()`;
  expect(problemCodes(context, moduleOf(line))).toEqual(["scf.parallel-rank"]);
});
