/**
 * The interpreter against native code, for the functions whose results are exact.
 */
import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context, f32, f64, i16, i32, i64, i8 } from "@strata/ir";
import { expectSameMeaning, NativeProgram, skipMlirRunner } from "@strata/testing";
import { test } from "vitest";
import { math } from "../src/index.ts";

const context = new Context([builtin, func, arith, math]);

test.skipIf(skipMlirRunner).each([f32, f64])("exact functions of %s", (type) => {
  const p = new NativeProgram(type.width);
  const t = type.toString();
  for (const op of ["absf", "ceil", "floor", "round", "roundeven", "sqrt", "trunc"]) {
    for (let k = 0; k < 12; k++) p.result(p.emit(`math.${op} ${p.value(type)} : ${t}`), type);
  }
  for (let k = 0; k < 12; k++) {
    // The sign of a NaN is not followed.
    const sign = p.value(type, (v) => !Number.isNaN(v));
    p.result(p.emit(`math.copysign ${p.value(type)}, ${sign} : ${t}`), type);
  }
  for (let k = 0; k < 30; k++) {
    const operands = [p.value(type), p.value(type), p.value(type)].join(", ");
    p.result(p.emit(`math.fma ${operands} : ${t}`), type);
  }
  expectSameMeaning(context, p);
});

test.skipIf(skipMlirRunner).each([i8, i16, i32, i64])("functions of %s", (type) => {
  const p = new NativeProgram(type.width);
  const t = type.toString();
  for (const op of ["absi", "ctlz", "cttz", "ctpop"]) {
    for (let k = 0; k < 8; k++) p.result(p.emit(`math.${op} ${p.value(type)} : ${t}`), type);
  }
  expectSameMeaning(context, p);
});
