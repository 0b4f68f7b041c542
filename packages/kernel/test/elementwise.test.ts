import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { build, f32, i32, map, Tensor, u8, zip } from "../src/index.ts";

const vector = fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 40 });

test("map and zip agree with a loop", () => {
  fc.assert(
    fc.property(vector, (values) => {
      const x = Tensor.from(Int32Array.from(values), [values.length]);
      const doubled = map(x, (v, i) => 2 * v + i);
      expect(doubled.dtype).toBe("i32");
      expect(doubled.toNestedArray()).toEqual(values.map((v, i) => 2 * v + i));
      const mixed = zip(x, doubled, x, (a, b, c, i) => a * b - c + i);
      expect(mixed.toNestedArray()).toEqual(values.map((v, i) => v * (2 * v + i) - v + i));
    }),
  );
});

test("build calls the arrow with every index, outermost first", () => {
  expect(build([2, 3], (i, j) => 10 * i + j).toNestedArray()).toEqual([
    [0, 1, 2],
    [10, 11, 12],
  ]);
  expect(build([], () => 5).at()).toBe(5);
  expect(build([3, 0, 2], () => 1).shape).toEqual([3, 0, 2]);
  expect(build([1, 1, 1, 1, 1, 2], (a, b, c, d, e, f) => a + b + c + d + e + f).size).toBe(2);
});

test("zip takes eight tensors", () => {
  const one = Tensor.fromArray([1, 2], "f32");
  const total = zip(one, one, one, one, one, one, one, one, (a, b, c, d, e, f, g, h, i) => {
    return a + b + c + d + e + f + g + h + i;
  });
  expect(total.toNestedArray()).toEqual([8, 17]);
});

test("zip refuses different shapes", () => {
  const a: Tensor<f32, [number]> = Tensor.zeros([2], "f32");
  const b: Tensor<f32, [number]> = Tensor.zeros([3], "f32");
  expect(() => zip(a, b, (x, y) => x + y)).toThrow(
    "error[kernel.shape-mismatch]: zip: tensor 1 has shape [2], tensor 2 has shape [3]",
  );
});

describe("the element type of a result", () => {
  const bytes = Tensor.fromArray([1, 2, 200], "u8");
  const floats = Tensor.fromArray([0.5, 1.5, -2], "f32");
  const ints = Tensor.fromArray([2, 1, 0], "i32");
  const longs = Tensor.fromArray([1n, 2n], "u64");

  test("booleans and bigints", () => {
    expect(map(bytes, (x) => x > 1).dtype).toBe("bool");
    expect(map(longs, (x) => x - 2n).toNestedArray()).toEqual([2n ** 64n - 1n, 0n]);
    expect(map(Tensor.fromArray([1n]), (x) => x + 1n).dtype).toBe("i64");
  });

  test("a conversion or a read that gives the value", () => {
    expect(map(floats, (x) => i32(x)).dtype).toBe("i32");
    expect(map(floats, (x) => u8(100 * x)).toNestedArray()).toEqual([50, 150, 56]);
    expect(map(ints, (i) => floats.at(i)).dtype).toBe("f32");
    expect(build([3], (i) => bytes.at(i)).dtype).toBe("u8");
  });

  test("the widest float that was touched", () => {
    expect(map(bytes, (x) => f32(x) / 255).dtype).toBe("f32");
    expect(zip(ints, floats, (k, x) => k * x).dtype).toBe("f32");
    expect(zip(Tensor.zeros([3]), floats, (x, y) => x + y).dtype).toBe("f64");
    expect(zip(Tensor.zeros([3], "f16"), Tensor.zeros([3], "bf16"), (x, y) => x + y).dtype).toBe(
      "f32",
    );
    expect(build([2, 2], (i, j) => floats.at(i) * floats.at(j)).dtype).toBe("f32");
  });

  test("the narrowest integer that holds all, while the values are whole", () => {
    expect(map(bytes, (x) => x + 100).toNestedArray()).toEqual([101, 102, 44]);
    expect(zip(bytes, ints, (x, k) => x - k).dtype).toBe("i32");
    expect(zip(bytes, Tensor.zeros([3], "i8"), (x, k) => x - k).dtype).toBe("i16");
    expect(zip(Tensor.zeros([3], "u32"), ints, (x, k) => x - k).dtype).toBe("f64");
    expect(map(bytes, (x) => x / 2).toNestedArray()).toEqual([0.5, 1, 100]);
  });

  test("f64 when nothing is known, and the input's when there are no elements", () => {
    expect(build([2], (i) => i / 2).dtype).toBe("f64");
    expect(map(Tensor.zeros([0], "u16"), (x) => x).dtype).toBe("u16");
    expect(build([0], (i) => i).dtype).toBe("f64");
  });

  test("what an inner pattern touches is its own affair", () => {
    const rows = build([2], (i) => (map(floats, (x) => x > i).at(0) === true ? i : 0));
    expect(rows.dtype).toBe("f64");
  });

  test("one kind of value everywhere", () => {
    const flags: boolean[] = [true, false, true];
    expect(() => build([3], (i) => (flags[i] === true ? i : false))).toThrow(
      /kernel.mixed-elements/,
    );
  });
});
