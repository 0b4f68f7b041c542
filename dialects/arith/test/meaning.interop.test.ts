/**
 * The interpreter against native code: one function computes many operations on edge values and
 * hashes the results; both must give the same hash.
 */
import { func } from "@strata/func";
import {
  bf16,
  builtin,
  Context,
  f16,
  f32,
  f64,
  i1,
  i16,
  i32,
  i64,
  i8,
  IntegerType,
  type Type,
} from "@strata/ir";
import { expectSameMeaning, NativeProgram, skipMlirRunner } from "@strata/testing";
import { test } from "vitest";
import { arith, CmpFPredicate, CmpIPredicate } from "../src/index.ts";

const context = new Context([builtin, func, arith]);

const integers = [i1, i8, i16, i32, i64, IntegerType.get(24), IntegerType.get(80)];
const floats = [f32, f64];
const isZero = (v: number | bigint): boolean => v === 0 || v === 0n;

/** Shift amounts below the width. */
const below = (type: IntegerType) => (v: number | bigint) => v >= 0 && v < type.width;

test.skipIf(skipMlirRunner)("integer arithmetic", () => {
  for (const type of integers) {
    // One program for each type: native compilation of one large function takes long.
    const p = new NativeProgram(type.width);
    const t = type.toString();
    for (const op of "addi subi muli andi ori xori maxsi minsi maxui minui".split(" ")) {
      for (let k = 0; k < 4; k++)
        p.result(p.emit(`arith.${op} ${p.value(type)}, ${p.value(type)} : ${t}`), type);
    }
    for (const op of "divui remui ceildivui divsi remsi ceildivsi floordivsi".split(" ")) {
      // Wide division needs a run-time library; in i1 every signed division overflows or fails.
      if (type.width === 80 || type.width === 1) continue;
      const least = -(2n ** BigInt(type.width - 1));
      for (let k = 0; k < 4; k++) {
        const divisor = p.value(
          type,
          (v) => !isZero(v) && !(op.endsWith("si") && BigInt(v) === -1n),
        );
        const dividend = p.value(type, (v) => BigInt(v) !== least);
        p.result(p.emit(`arith.${op} ${dividend}, ${divisor} : ${t}`), type);
      }
    }
    for (const op of "shli shrsi shrui".split(" ")) {
      for (let k = 0; k < 4; k++) {
        p.result(
          p.emit(`arith.${op} ${p.value(type)}, ${p.value(type, below(type))} : ${t}`),
          type,
        );
      }
    }
    for (const predicate of CmpIPredicate.cases) {
      for (let k = 0; k < 2; k++)
        p.result(p.emit(`arith.cmpi ${predicate}, ${p.value(type)}, ${p.value(type)} : ${t}`), i1);
    }
    for (const op of ["mulsi_extended", "mului_extended"]) {
      p.lines.push(
        `%lo${op}${t}, %hi${op}${t} = arith.${op} ${p.value(type)}, ${p.value(type)} : ${t}`,
      );
      p.result(`%lo${op}${t}`, type);
      p.result(`%hi${op}${t}`, type);
    }
    p.lines.push(
      `%s${t}, %o${t} = arith.addui_extended ${p.value(type)}, ${p.value(type)} : ${t}, i1`,
    );
    p.result(`%s${t}`, type);
    p.result(`%o${t}`, i1);
    expectSameMeaning(context, p);
  }
});

test.skipIf(skipMlirRunner)("floating-point arithmetic", () => {
  for (const type of floats) {
    const p = new NativeProgram(type.width);
    const t = type.toString();
    for (const op of "addf subf mulf divf remf maximumf minimumf maxnumf minnumf".split(" ")) {
      for (let k = 0; k < 12; k++) {
        // Of zeros of both signs maxnumf and minnumf may yield either.
        const fits = op.includes("num") ? (v: number | bigint) => v !== 0 : undefined;
        p.result(p.emit(`arith.${op} ${p.value(type, fits)}, ${p.value(type, fits)} : ${t}`), type);
      }
    }
    for (const predicate of CmpFPredicate.cases) {
      for (let k = 0; k < 6; k++)
        p.result(p.emit(`arith.cmpf ${predicate}, ${p.value(type)}, ${p.value(type)} : ${t}`), i1);
    }
    p.result(p.emit(`arith.negf ${p.value(type)} : ${t}`), type);
    expectSameMeaning(context, p);
  }
});

test.skipIf(skipMlirRunner)("casts", () => {
  const p = new NativeProgram(13);
  const cast = (op: string, from: Type, to: Type, fits?: (v: number | bigint) => boolean): void => {
    for (let k = 0; k < 3; k++) {
      p.result(
        p.emit(`arith.${op} ${p.value(from, fits)} : ${from.toString()} to ${to.toString()}`),
        to,
      );
    }
  };
  for (const from of integers) {
    for (const to of integers) {
      if (from.width < to.width) for (const op of ["extsi", "extui"]) cast(op, from, to);
      if (from.width > to.width) cast("trunci", from, to);
    }
    if (from.width === 80) continue;
    for (const to of floats) {
      cast("sitofp", from, to);
      cast("uitofp", from, to);
      const half = 2 ** (from.width - 1);
      cast("fptosi", to, from, (v) => Number(v) >= -half && Number(v) < half);
      cast("fptoui", to, from, (v) => Number(v) > -1 && Number(v) < 2 * half);
    }
  }
  cast("extf", f32, f64);
  cast("truncf", f64, f32);
  cast("truncf", f64, f32);
  for (const type of floats)
    cast("bitcast", type, IntegerType.get(type.width), (v) => !Number.isNaN(v));
  for (const type of [f16, bf16]) cast("bitcast", IntegerType.get(16), type);
  cast("bitcast", i32, f32);
  cast("bitcast", i64, f64);
  expectSameMeaning(context, p);
});
