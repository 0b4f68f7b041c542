import { func } from "@strata/func";
import {
  Interpreter,
  MemRefValue,
  type RuntimeValue,
  storeOf,
  VectorValue,
} from "@strata/interpret";
import { builtin, Context, f32, i1, i32, i8, VectorType } from "@strata/ir";
import { DiagnosticError } from "@strata/support";
import { isSameValue, parseVerified, showValue } from "@strata/testing";
import { describe, expect, test } from "vitest";
import { arith } from "../src/index.ts";

const context = new Context([builtin, func, arith]);

/** Runs one operation on arguments `%0`, `%1` … of the given types. */
function run(op: string, inputs: string, output: string, args: readonly RuntimeValue[]) {
  const types = inputs.split(", ");
  const params = types.map((t, i) => `%${i}: ${t}`).join(", ");
  const module = parseVerified(
    context,
    `func.func @f(${params}) -> ${output} {\n %r = ${op}\n return %r : ${output}\n}`,
  );
  return new Interpreter(module).run("f", args)[0]!;
}

/** The code of the diagnostic a run ends with. */
function failure(f: () => unknown): string {
  try {
    f();
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics[0]!.code;
    throw e;
  }
  return "none";
}

function expectSame(found: RuntimeValue, expected: RuntimeValue): void {
  expect(isSameValue(found, expected), `${showValue(found)} for ${showValue(expected)}`).toBe(true);
}

describe("integers", () => {
  test.each([
    ["addi", "i8", 127, 1, -128],
    ["addi", "i1", 1, 1, 0],
    ["subi", "i16", -32768, 1, 32767],
    ["muli", "i32", 65537, 65537, 131073],
    ["muli", "i64", 2n ** 62n, 2n, -(2n ** 63n)],
    ["muli", "i128", 2n ** 100n, 2n ** 20n, 2n ** 120n],
    ["divsi", "i32", -7, 2, -3],
    ["divui", "i8", -1, 2, 127],
    ["ceildivsi", "i32", 7, 2, 4],
    ["ceildivsi", "i32", -7, 2, -3],
    ["ceildivui", "i8", -1, 2, -128],
    ["floordivsi", "i32", -7, 2, -4],
    ["remsi", "i32", -7, 2, -1],
    ["remsi", "i32", -2147483648, -1, 0],
    ["remui", "i8", -1, 16, 15],
    ["shli", "i8", 1, 7, -128],
    ["shrsi", "i8", -128, 7, -1],
    ["shrui", "i8", -128, 7, 1],
    ["shrsi", "i1", 1, 0, 1],
    ["maxsi", "i1", 0, 1, 0],
    ["maxui", "i1", 0, 1, 1],
    ["minui", "i64", -1n, 5n, 5n],
    ["addi", "index", 2 ** 40, 1, 2 ** 40 + 1],
    ["muli", "index", -3, 0, 0],
    ["divsi", "index", -7, 2, -3],
    ["remsi", "index", -7, 7, 0],
    ["shli", "index", 3, 40, 3 * 2 ** 40],
    ["andi", "index", -1, 2 ** 50 + 3, 2 ** 50 + 3],
    ["xori", "index", 2 ** 45, -1, -(2 ** 45) - 1],
    ["minui", "index", -1, 3, 3],
  ] as const)("%s of %s: %s, %s → %s", (op, type, a, b, expected) => {
    expectSame(run(`arith.${op} %0, %1 : ${type}`, `${type}, ${type}`, type, [a, b]), expected);
  });

  test.each([
    ["divsi", "i32", 1, 0, "arith.division-by-zero"],
    ["divui", "i64", 1n, 0n, "arith.division-by-zero"],
    ["remsi", "index", 1, 0, "arith.division-by-zero"],
    ["remui", "i8", 1, 0, "arith.division-by-zero"],
    ["divsi", "i32", -2147483648, -1, "arith.division-overflow"],
    ["floordivsi", "i64", -(2n ** 63n), -1n, "arith.division-overflow"],
    ["ceildivsi", "i8", -128, -1, "arith.division-overflow"],
    ["shli", "i32", 1, 32, "arith.shift-amount"],
    ["shrui", "i32", 1, -1, "arith.shift-amount"],
    ["shrsi", "i64", 1n, 64n, "arith.shift-amount"],
    ["shli", "index", 1, 64, "arith.shift-amount"],
    ["shli", "index", 1, 60, "interpret.index-range"],
    ["muli", "index", 2 ** 30, 2 ** 30, "interpret.index-range"],
  ] as const)("%s of %s: %s, %s fails", (op, type, a, b, code) => {
    expect(
      failure(() => run(`arith.${op} %0, %1 : ${type}`, `${type}, ${type}`, type, [a, b])),
    ).toBe(code);
  });
});

describe("floats", () => {
  test.each([
    ["addf", "f32", 16777216, 1, 16777216],
    ["addf", "f64", 0.1, 0.2, 0.30000000000000004],
    ["addf", "f16", 2048, 1, 2048],
    ["mulf", "bf16", 1.0078125, 1.0078125, 1.015625],
    ["divf", "f32", 1, 3, Math.fround(1 / 3)],
    ["divf", "f32", 1, -0, -Infinity],
    ["remf", "f64", -5.5, 2, -1.5],
    ["remf", "f64", 4, 2, 0],
    ["remf", "f64", -4, 2, -0],
    ["maximumf", "f32", Number.NaN, 1, Number.NaN],
    ["maximumf", "f32", -0, 0, 0],
    ["minimumf", "f32", 0, -0, -0],
    ["minimumf", "f32", 1, Number.NaN, Number.NaN],
    ["maxnumf", "f32", Number.NaN, 1, 1],
    ["maxnumf", "f32", 1, Number.NaN, 1],
    ["minnumf", "f32", Number.NaN, Number.NaN, Number.NaN],
    ["minnumf", "f64", -Infinity, Number.NaN, -Infinity],
  ] as const)("%s of %s: %s, %s → %s", (op, type, a, b, expected) => {
    expectSame(run(`arith.${op} %0, %1 : ${type}`, `${type}, ${type}`, type, [a, b]), expected);
  });

  test("negation flips the sign of zero", () => {
    expectSame(run("arith.negf %0 : f32", "f32", "f32", [0]), -0);
  });

  test.each([
    ["oeq", [0, 1, 0, 0]],
    ["ogt", [0, 0, 1, 0]],
    ["oge", [0, 1, 1, 0]],
    ["olt", [1, 0, 0, 0]],
    ["ole", [1, 1, 0, 0]],
    ["one", [1, 0, 1, 0]],
    ["ord", [1, 1, 1, 0]],
    ["ueq", [0, 1, 0, 1]],
    ["ugt", [0, 0, 1, 1]],
    ["uge", [0, 1, 1, 1]],
    ["ult", [1, 0, 0, 1]],
    ["ule", [1, 1, 0, 1]],
    ["une", [1, 0, 1, 1]],
    ["uno", [0, 0, 0, 1]],
    ["true", [1, 1, 1, 1]],
    ["false", [0, 0, 0, 0]],
  ] as const)("cmpf %s of less, equal, greater, unordered", (predicate, expected) => {
    const op = `arith.cmpf ${predicate}, %0, %1 : f32`;
    const found = [
      [1, 2],
      [-0, 0],
      [2, 1],
      [Number.NaN, 1],
    ].map((args) => run(op, "f32, f32", "i1", args));
    expect(found).toEqual(expected);
  });
});

describe("casts", () => {
  test.each([
    ["extsi", "i1", "i32", 1, -1],
    ["extui", "i1", "i32", 1, 1],
    ["extsi", "i8", "i64", -5, -5n],
    ["extui", "i8", "i64", -5, 251n],
    ["trunci", "i64", "i8", 0x1ffn, -1],
    ["trunci", "i32", "i1", 3, 1],
    ["sitofp", "i32", "f32", 16777217, 16777216],
    ["uitofp", "i8", "f32", -1, 255],
    // One rounding: by way of a double it would be 2^60.
    ["sitofp", "i64", "f32", 2n ** 60n + 2n ** 36n + 1n, 2 ** 60 + 2 ** 37],
    ["uitofp", "i64", "f64", -1n, 2 ** 64],
    ["sitofp", "i32", "f16", 70000, Infinity],
    ["fptosi", "f32", "i32", -1.9, -1],
    ["fptosi", "f32", "i8", 300, 127],
    ["fptosi", "f32", "i64", -Infinity, -(2n ** 63n)],
    ["fptosi", "f64", "i32", Number.NaN, 0],
    ["fptoui", "f32", "i8", 255, -1],
    ["fptoui", "f32", "i8", -3, 0],
    ["fptoui", "f64", "i64", 1e30, -1n],
    ["index_cast", "i32", "index", -5, -5],
    ["index_castui", "i8", "index", -1, 255],
    ["index_cast", "index", "i8", 2 ** 40 + 7, 7],
    ["index_cast", "index", "i64", -2, -2n],
    ["index_castui", "index", "i128", -2, 2n ** 64n - 2n],
    ["bitcast", "f32", "i32", -0, -2147483648],
    ["bitcast", "i16", "f16", 0x3c00, 1],
    ["bitcast", "i16", "bf16", 0x3f80, 1],
    ["bitcast", "i64", "f64", 0x3ff0000000000000n, 1],
    ["extf", "f16", "f64", 65504, 65504],
    ["truncf", "f64", "f32", 0.1, Math.fround(0.1)],
  ] as const)("%s from %s to %s: %s → %s", (op, from, to, a, expected) => {
    const value = from === "f32" && typeof a === "number" ? Math.fround(a) : a;
    expectSame(run(`arith.${op} %0 : ${from} to ${to}`, from, to, [value]), expected);
  });

  test.each([
    ["to_nearest_even", 2049, 2048],
    ["to_nearest_away", 2049, 2050],
    ["to_nearest_away", -2049, -2050],
    ["to_nearest_away", 2048.5, 2048],
    ["downward", 2049, 2048],
    ["upward", 2049, 2050],
    ["toward_zero", -2049.9, -2048],
    ["downward", -2048.1, -2050],
    ["upward", -2049.9, -2048],
    ["downward", 1e6, 65504],
    ["upward", 1e6, Infinity],
    ["toward_zero", -1e6, -65504],
    ["upward", 1e-30, 2 ** -24],
    ["downward", 1e-30, 0],
    ["upward", -1e-30, -0],
    ["downward", -1e-30, -(2 ** -24)],
    ["upward", -Infinity, -Infinity],
  ] as const)("truncf to f16 %s: %s → %s", (mode, x, expected) => {
    expectSame(run(`arith.truncf %0 ${mode} : f64 to f16`, "f64", "f16", [x]), expected);
  });

  test("an index that a 64-bit integer exceeds is refused", () => {
    expect(
      failure(() => run("arith.index_cast %0 : i64 to index", "i64", "index", [2n ** 60n])),
    ).toBe("interpret.index-range");
  });

  test("a memref is seen as other elements of the same size", () => {
    const memory = storeOf(f32, [1, 2]);
    const view = run(
      "arith.bitcast %0 : memref<2xf32> to memref<2xi32>",
      "memref<2xf32>",
      "memref<2xi32>",
      [new MemRefValue(memory, [2], f32)],
    ) as MemRefValue;
    view.buffer.set(0, 0x40400000);
    expect(memory.get(0)).toBe(3);
    const narrow = new MemRefValue(storeOf(i32, [1, 2]), [2], i32);
    expect(
      failure(() =>
        run(
          "arith.index_cast %0 : memref<2xi32> to memref<2xindex>",
          "memref<2xi32>",
          "memref<2xindex>",
          [narrow],
        ),
      ),
    ).toBe("arith.memref-cast");
  });

  test("formats that a double cannot hold are refused", () => {
    expect(failure(() => run("arith.constant 1.0 : f128", "i1", "f128", [1]))).toBe(
      "interpret.float-format",
    );
  });
});

describe("vectors", () => {
  const text = `
    func.func @f(%a: vector<2x2xi8>, %m: vector<2x2xi1>) -> (vector<2x2xi8>, vector<2x2xi8>, vector<2x2xi1>) {
      %c = arith.constant dense<[[100, -100], [1, 2]]> : vector<2x2xi8>
      %0 = arith.addi %a, %c : vector<2x2xi8>
      %1 = arith.select %m, %0, %c : vector<2x2xi1>, vector<2x2xi8>
      %2, %3 = arith.addui_extended %a, %c : vector<2x2xi8>, vector<2x2xi1>
      return %0, %1, %3 : vector<2x2xi8>, vector<2x2xi8>, vector<2x2xi1>
    }`;

  test("element by element", () => {
    const i8s = VectorType.get([2, 2], i8);
    const masks = VectorType.get([2, 2], i1);
    const results = new Interpreter(parseVerified(context, text)).run("f", [
      new VectorValue(i8s, [100, -100, 5, -1]),
      new VectorValue(masks, [1, 0, 1, 0]),
    ]);
    expect(results.map(showValue)).toEqual([
      "[-56, 56, 6, 1]",
      "[-56, -100, 6, 2]",
      "[0, 1, 0, 1]",
    ]);
  });
});
