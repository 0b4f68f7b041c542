import { describe, expect, test } from "vitest";
import { exact, scalar, tensor } from "./case.ts";
import { firstDifference } from "./compare.ts";

const vector = (...values: number[]): ReturnType<typeof tensor<"f32">> =>
  tensor("f32", [values.length], new Float32Array(values));

describe("firstDifference", () => {
  test("finds values, shapes and names that differ", () => {
    expect(firstDifference({ r: vector(1, 2) }, { r: vector(1, 3) }, exact)).toBe(
      "r[1]: expected 2, got 3",
    );
    expect(firstDifference({ r: vector(1) }, { r: vector(1, 1) }, exact)).toMatch(/shape/);
    expect(firstDifference({ r: vector(1) }, {}, exact)).toBe("r: missing");
    expect(firstDifference({ r: vector(1) }, { r: scalar("f32", 1) }, exact)).toMatch(/scalar/);
    expect(firstDifference({ r: scalar("i64", 1n) }, { r: scalar("i64", 2n) }, exact)).toBe(
      "r[0]: expected 1, got 2",
    );
  });

  test("allows what the tolerance says", () => {
    const loose = { abs: 0.5, rel: 0.1 };
    expect(firstDifference({ r: vector(10) }, { r: vector(11.4) }, loose)).toBeUndefined();
    expect(firstDifference({ r: vector(10) }, { r: vector(11.6) }, loose)).toBeDefined();
    expect(firstDifference({ r: vector(NaN, -0) }, { r: vector(NaN, 0) }, exact)).toBeUndefined();
    expect(firstDifference({ r: vector(1) }, { r: vector(NaN) }, loose)).toBeDefined();
    expect(firstDifference({ r: vector(Infinity) }, { r: vector(9) }, loose)).toBeDefined();
    const half = { abs: 0, rel: 0, outliers: 0.5 };
    expect(firstDifference({ r: vector(1, 2) }, { r: vector(1, 9) }, half)).toBeUndefined();
    expect(firstDifference({ r: vector(1, 2) }, { r: vector(8, 9) }, half)).toBeDefined();
  });

  test("decodes narrow floats", () => {
    const bits = (pattern: number): ReturnType<typeof tensor<"f16">> =>
      tensor("f16", [1], new Uint16Array([pattern]));
    expect(firstDifference({ r: bits(0x3c00) }, { r: bits(0x3c01) }, exact)).toMatch(/expected 1,/);
  });
});
