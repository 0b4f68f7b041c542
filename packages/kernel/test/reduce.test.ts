import { DTYPES, dtypeInfo, integerRange, wrapInteger } from "@strata/support";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  all,
  any,
  argmax,
  argmin,
  build,
  dot,
  f32,
  map,
  max,
  mean,
  min,
  prod,
  reduce,
  sum,
  Tensor,
} from "../src/index.ts";

const integerTypes = DTYPES.filter(
  (d) => dtypeInfo(d).kind === "int" || dtypeInfo(d).kind === "uint",
);
const list = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 20 });

describe("integers", () => {
  for (const dtype of integerTypes) {
    test(`${dtype}: sum, prod, min, max, dot, reduce wrap and compare as integers do`, () => {
      fc.assert(
        fc.property(list, (raw) => {
          const values = raw.map((x) => wrapInteger(dtype, x));
          const tensor = Tensor.fromArray(values, dtype) as Tensor<number | bigint, [number]>;
          const { min: low, max: high } = integerRange(dtype);
          const check = (got: number | bigint, expected: bigint): void =>
            expect(BigInt(got)).toBe(wrapInteger(dtype, expected));
          check(
            sum(tensor),
            values.reduce((a, b) => a + b, 0n),
          );
          check(
            prod(tensor),
            values.reduce((a, b) => a * b, 1n),
          );
          check(
            min(tensor),
            values.reduce((a, b) => (b < a ? b : a), high),
          );
          check(
            max(tensor),
            values.reduce((a, b) => (b > a ? b : a), low),
          );
          check(
            dot(tensor, tensor),
            values.reduce((a, b) => a + b * b, 0n),
          );
        }),
        { numRuns: 40 },
      );
    });
  }

  test("reduce wraps at every step", () => {
    const words = Tensor.fromArray([0xffffffff, 0x80000000, 5], "u32");
    expect(reduce(words, 0, (a, x) => a ^ x)).toBe(0x7ffffffa);
    expect(reduce(Tensor.fromArray([200, 100], "u8"), 0, (a, x) => a + x)).toBe(44);
  });
});

describe("axes", () => {
  const t = build([2, 3, 2], (i, j, k) => f32(6 * i + 2 * j + k));

  test("each axis, from either end", () => {
    expect(sum(t, 0).toNestedArray()).toEqual([
      [6, 8],
      [10, 12],
      [14, 16],
    ]);
    expect(sum(t, 1).toNestedArray()).toEqual([
      [6, 9],
      [24, 27],
    ]);
    expect(max(t, -1).toNestedArray()).toEqual([
      [1, 3, 5],
      [7, 9, 11],
    ]);
    expect(sum(t, -3).toNestedArray()).toEqual(sum(t, 0).toNestedArray());
    expect(mean(t, 1).toNestedArray()).toEqual([
      [2, 3],
      [8, 9],
    ]);
    expect(
      argmax(
        map(t, (x) => (x - 3) ** 2),
        1,
      ).toNestedArray(),
    ).toEqual([
      [0, 0],
      [2, 2],
    ]);
    expect(reduce(t, 0, 1, (a, x) => a * x).at(0, 1)).toBe(7);
  });

  test("an empty axis gives the neutral element, no lanes give nothing", () => {
    const empty = Tensor.zeros([2, 0], "f32");
    expect(sum(empty, 1).toNestedArray()).toEqual([0, 0]);
    expect(max(empty, 1).toNestedArray()).toEqual([-Infinity, -Infinity]);
    expect(max(Tensor.zeros([0], "i8"))).toBe(-128);
    expect(min(Tensor.zeros([0], "u64"))).toBe(2n ** 64n - 1n);
    expect(mean(empty, 1).toNestedArray()).toEqual([NaN, NaN]);
    expect(argmin(empty, 1).toNestedArray()).toEqual([-1, -1]);
    expect(sum(empty, 0).shape).toEqual([0]);
    expect(sum(empty)).toBe(0);
  });

  test("refuses an axis that is not there", () => {
    const axis: number = 3;
    expect(() => sum(t, axis)).toThrow(/kernel.axis.*no axis 3/);
    expect(() => argmax(t, -4 as number)).toThrow(/kernel.axis/);
  });
});

test("float sums are rounded once to the type", () => {
  const values = [1, 2 ** -24, 2 ** -24];
  expect(sum(Tensor.fromArray(values, "f32"))).toBe(1 + 2 ** -23);
  expect(sum(Tensor.fromArray(values))).toBe(1 + 2 ** -23);
});

test("a range of indices", () => {
  expect(sum(5, (p) => p * p)).toBe(30);
  expect(prod(5, (p) => p + 1)).toBe(120);
  expect(max(4, (p) => 5 - p)).toBe(5);
  expect(min(3, (p) => BigInt(p) - 5n)).toBe(-5n);
  expect(sum(0, (p) => p)).toBe(0);
  expect(sum(-3, (p) => p)).toBe(0);
  expect(() => sum(1.5, (p) => p)).toThrow(/kernel.count/);
});

test("any and all", () => {
  const flags = Tensor.fromArray([
    [true, false],
    [true, true],
  ]);
  expect([any(flags), all(flags)]).toEqual([true, false]);
  expect(all(flags, 1).toNestedArray()).toEqual([false, true]);
  expect(any(flags, 0).toNestedArray()).toEqual([true, true]);
  const none = Tensor.zeros([0], "bool");
  expect([any(none), all(none)]).toEqual([false, true]);
});

test("argmin and argmax take the first extreme, and NaN before it", () => {
  const finite = Tensor.fromArray([3, 1, 1, 3]);
  expect([argmin(finite), argmax(finite)]).toEqual([1, 0]);
  const broken = Tensor.fromArray([3, NaN, 1, NaN]);
  expect([argmin(broken), argmax(broken)]).toEqual([1, 1]);
  expect(max(broken)).toBe(NaN);
  expect(argmax(Tensor.fromArray([1n, 5n, 2n]))).toBe(1);
  expect(argmax(Tensor.zeros([0]))).toBe(-1);
});
