import {
  bf16,
  dynamic,
  f16,
  f32,
  f64,
  FloatType,
  FunctionType,
  i1,
  i32,
  i64,
  i8,
  index,
  IntegerType,
  MemRefType,
  NoneType,
  RankedTensorType,
  type Type,
  VectorType,
  IntegerAttr,
  DenseElementsAttr,
  StringAttr,
} from "@strata/ir";
import { Random } from "@strata/support";
import { isSameValue, randomValue } from "@strata/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createStore,
  FunctionValue,
  isValueOf,
  MemRefValue,
  roundingOf,
  TensorValue,
  tryAttributeOfValue,
  valueOfAttribute,
  VectorValue,
} from "../src/index.ts";

const types: readonly Type[] = [
  i1,
  i8,
  i32,
  i64,
  index,
  f16,
  bf16,
  f32,
  f64,
  IntegerType.get(90),
].flatMap((t) => [
  t,
  VectorType.get([2, 3], t),
  RankedTensorType.get([4], t),
  RankedTensorType.get([0, 2], t),
]);

test("constants become values and values constants", () => {
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(...types), (seed, type) => {
      const value = randomValue(type, new Random(seed));
      expect(isValueOf(value, type)).toBe(true);
      const attr = tryAttributeOfValue(value, type)!;
      expect(isSameValue(valueOfAttribute(attr), value)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("splats become full values", () => {
  const type = VectorType.get([3], i32);
  const splat = DenseElementsAttr.splat(type, IntegerAttr.get(5, i32));
  expect((valueOfAttribute(splat) as VectorValue).elements).toEqual([5, 5, 5]);
});

test("attributes without a value are refused", () => {
  expect(() => valueOfAttribute(StringAttr.get("x"))).toThrow(/interpret.constant/);
});

describe("values of a type", () => {
  const accepts = (value: Parameters<typeof isValueOf>[0], type: Type): boolean =>
    isValueOf(value, type);

  test.each([
    [true, 1, i1],
    [false, 2, i1],
    [false, -1, i1],
    [true, -128, i8],
    [false, 128, i8],
    [false, 1.5, i32],
    [false, 1n, i32],
    [true, 1n, i64],
    [false, 1, i64],
    [false, 2n ** 63n, i64],
    [true, 2n ** 63n, IntegerType.get(64, "unsigned")],
    [false, -1, IntegerType.get(8, "unsigned")],
    [true, 2 ** 40, index],
    [false, 2 ** 60, index],
    [true, 0.5, f32],
    [false, 0.1, f32],
    [true, Number.NaN, f16],
    [true, 0.1, f64],
    [false, 1n, f64],
    [false, 1, FloatType.get("f80")],
    [false, 1, NoneType.instance],
  ])("%s: %s as %s", (expected, value, type) => {
    expect(accepts(value, type)).toBe(expected);
  });

  test("shapes count, unknown extents do not", () => {
    const tensor = new TensorValue([2, 3], f32, createStore(f32, 6));
    expect(accepts(tensor, RankedTensorType.get([2, dynamic], f32))).toBe(true);
    expect(accepts(tensor, RankedTensorType.get([2, 4], f32))).toBe(false);
    expect(accepts(tensor, RankedTensorType.get([2], f32))).toBe(false);
    expect(accepts(tensor, RankedTensorType.get([2, 3], f64))).toBe(false);
    const memref = new MemRefValue(createStore(f32, 6), [2, 3], f32);
    expect(accepts(memref, MemRefType.get([dynamic, 3], f32))).toBe(true);
    expect(accepts(memref, RankedTensorType.get([2, 3], f32))).toBe(false);
    expect(accepts(new VectorValue(VectorType.get([1], f32), [0]), VectorType.get([2], f32))).toBe(
      false,
    );
    const type = FunctionType.get([], []);
    expect(accepts(new FunctionValue("f", type), type)).toBe(true);
    expect(accepts(new FunctionValue("f", type), FunctionType.get([i32], []))).toBe(false);
  });
});

describe("positions", () => {
  test("of a tensor are row-major and checked", () => {
    const t = new TensorValue([2, 3], f32, createStore(f32, 6));
    expect(t.linearIndex([1, 2])).toBe(5);
    for (const at of [
      [2, 0],
      [0, 3],
      [-1, 0],
      [0.5, Number.NaN],
    ])
      expect(t.linearIndex(at)).toBe(undefined);
  });

  test("of a memref follow its strides", () => {
    const m = new MemRefValue(createStore(f32, 20), [2, 3], f32, 1, [10, 2]);
    expect(m.linearIndex([1, 2])).toBe(15);
    expect(m.linearIndex([2, 0])).toBe(undefined);
    expect([...m.positions()]).toEqual([1, 3, 5, 11, 13, 15]);
    expect([...new MemRefValue(createStore(f32, 1), [], f32).positions()]).toEqual([0]);
    expect([...new MemRefValue(createStore(f32, 0), [0, 5], f32).positions()]).toEqual([]);
  });
});

test("rounding is to nearest even; other formats are refused", () => {
  expect(roundingOf(f32)(0.1)).toBe(Math.fround(0.1));
  expect(roundingOf(f16)(65519)).toBe(65504);
  expect(roundingOf(bf16)(1 + 2 ** -9)).toBe(1);
  expect(() => roundingOf(FloatType.get("f128"))).toThrow(/interpret.float-format/);
});
