import { parseModule, verify } from "@strata/ir";
import { expect, test } from "vitest";
import { context } from "./context.ts";

/** The codes of what is wrong with a body of a function. */
function codesOf(body: string): string[] {
  const text = `func.func @f(%n: index, %m: memref<f32>, %i: i32) {\n${body}\nreturn\n}`;
  return verify(parseModule(context, text)).map((d) => d.code);
}

const reduction = `omp.parallel reduction(@r %m -> %p : memref<f32>) { omp.terminator }`;

test.each([
  [
    "a loop without bounds",
    `"omp.loop_nest"() ({ ^bb0(%k: index): omp.yield }) : () -> ()`,
    "omp.loop-rank",
  ],
  [
    "bounds of two types",
    `"omp.loop_nest"(%n, %n, %i) ({ ^bb0(%k: index): omp.yield }) : (index, index, i32) -> ()`,
    "omp.loop-type",
  ],
  [
    "an iteration with values",
    `omp.loop_nest (%k) : index = (%n) to (%n) step (%n) { omp.yield(%n : index) }`,
    "omp.yield-values",
  ],
  ["a work-sharing loop without a loop", `omp.wsloop { omp.barrier }`, "omp.wsloop-body"],
  [
    "a clause that is not supported",
    `"omp.single"(%n, %n) <{operandSegmentSizes = array<i32: 1, 1, 0, 0>}> ({ omp.terminator }) : (index, index) -> ()`,
    "omp.clause",
  ],
  [
    "a reduction without an argument",
    `"omp.parallel"(%m) <{operandSegmentSizes = array<i32: 0, 0, 0, 0, 0, 1>, reduction_byref = array<i1: false>, reduction_syms = [@r]}> ({ omp.terminator }) : (memref<f32>) -> ()`,
    "omp.region-arguments",
  ],
  [
    "a reduction without a name",
    `"omp.parallel"(%m) <{operandSegmentSizes = array<i32: 0, 0, 0, 0, 0, 1>}> ({ ^bb0(%p: memref<f32>): omp.terminator }) : (memref<f32>) -> ()`,
    "omp.reduction-count",
  ],
])("%s", (_what, body, code) => {
  expect(codesOf(body)).toContain(code);
});

test("a reduction that is not declared", () => {
  expect(codesOf(reduction)).toEqual(["omp.reduction-symbol"]);
});
