import {
  bf16,
  f16,
  f32,
  f64,
  i1,
  i16,
  i32,
  i64,
  i8,
  index,
  IntegerType,
  VectorType,
} from "@strata/ir";
import { Random } from "@strata/support";
import { isSameValue, randomScalar } from "@strata/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createStore,
  reinterpretStore,
  storeOf,
  storeOver,
  VectorValue,
  zeroOf,
} from "../src/index.ts";

const types = [
  i1,
  i8,
  i16,
  i32,
  i64,
  index,
  f16,
  bf16,
  f32,
  f64,
  IntegerType.get(5),
  IntegerType.get(33),
  IntegerType.get(100),
  IntegerType.get(8, "unsigned"),
  IntegerType.get(32, "unsigned"),
  IntegerType.get(64, "unsigned"),
  IntegerType.get(16, "signed"),
];

describe("a store", () => {
  test.each(types.map((t) => [t.toString(), t] as const))("of %s keeps what is set", (_n, type) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed);
        const values = Array.from({ length: 9 }, () => randomScalar(type, random));
        const store = storeOf(type, values);
        expect(store.length).toBe(9);
        values.forEach((v, i) => expect(isSameValue(store.get(i), v)).toBe(true));
        const part = store.slice(2, 5);
        store.set(2, values[8]!);
        expect(isSameValue(part.get(0), values[2]!)).toBe(true);
        expect(part.length).toBe(3);
      }),
      { numRuns: 30 },
    );
  });

  test("is zero at first", () => {
    for (const type of types) {
      const store = createStore(type, 2);
      expect(store.get(1)).toBe(zeroOf(type));
    }
  });

  test("copies within itself in the right direction", () => {
    for (const type of [i32, IntegerType.get(70)]) {
      const values = type === i32 ? [1, 2, 3, 4, 5] : [1n, 2n, 3n, 4n, 5n];
      const up = storeOf(type, values);
      up.copyFrom(up, 0, 1, 4);
      expect([0, 1, 2, 3, 4].map((i) => Number(up.get(i)))).toEqual([1, 1, 2, 3, 4]);
      const down = storeOf(type, values);
      down.copyFrom(down, 1, 0, 4);
      expect([0, 1, 2, 3, 4].map((i) => Number(down.get(i)))).toEqual([2, 3, 4, 5, 5]);
    }
  });

  test("holds vectors", () => {
    const type = VectorType.get([2], f32);
    const store = createStore(type, 3);
    const v = new VectorValue(type, [1, 2]);
    store.set(1, v);
    expect(store.get(1)).toBe(v);
    expect((store.get(0) as VectorValue).elements).toEqual([0, 0]);
    for (const i of [0, 1, 2]) store.set(i, v);
    expect(store.get(2)).toBe(v);
  });

  test("shares the array it stands over", () => {
    const array = new Float32Array([1, 2, 3]);
    const store = storeOver(f32, array);
    store.set(0, 7);
    expect(array[0]).toBe(7);
    expect(() => storeOver(f32, new Float64Array(1))).toThrow(/interpret.storage.*Float64Array/);
  });

  test("can be seen as elements of the same size", () => {
    const floats = storeOf(f32, [1, -2]);
    const ints = reinterpretStore(floats, i32)!;
    expect(ints.get(0)).toBe(0x3f800000);
    ints.set(1, 0x40400000);
    expect(floats.get(1)).toBe(3);
    expect(reinterpretStore(floats, i64)).toBe(undefined);
    expect(reinterpretStore(createStore(IntegerType.get(99), 1), i64)).toBe(undefined);
  });

  test("refuses what memory cannot hold", () => {
    expect(() => createStore(f32, -1)).toThrow(/interpret.allocation/);
    expect(() => createStore(f32, 2 ** 40)).toThrow(/interpret.allocation/);
  });

  test("of index refuses what is no safe integer", () => {
    const store = reinterpretStore(storeOf(i64, [2n ** 60n]), index)!;
    expect(() => store.get(0)).toThrow(/interpret.index-range/);
  });
});
