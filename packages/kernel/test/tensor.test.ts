import { DTYPES } from "@strata/support";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { f16, f32, KernelError, Tensor } from "../src/index.ts";

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  }
  return "nothing thrown";
}

describe("making tensors", () => {
  test("from a typed array, whose class gives the element type", () => {
    const data = new Float32Array([1, 2, 3, 4, 5, 6]);
    const tensor = Tensor.from(data, [2, 3]);
    expect(tensor.dtype).toBe("f32");
    expect(tensor.shape).toEqual([2, 3]);
    expect(tensor.data).toBe(data);
    expect(tensor.at(1, 2)).toBe(6);
    expect(Tensor.from(new BigUint64Array([7n]), [1]).dtype).toBe("u64");
    expect(Tensor.from(Buffer.from([1, 2]), [2]).dtype).toBe("u8");
  });

  test("f16 is seen through a Float16Array and through bit patterns alike", () => {
    const halves = new Float16Array([1.5, -2, 65504]);
    const tensor = Tensor.from(halves, [3]);
    expect(tensor.dtype).toBe("f16");
    expect(tensor.toNestedArray()).toEqual([1.5, -2, 65504]);
    halves[0] = 0.25;
    expect(tensor.at(0)).toBe(0.25);
    expect(Tensor.from(new Uint16Array([0x3c00]), [1], "f16").at(0)).toBe(1);
    expect(Tensor.from(new Uint16Array([0x3f80]), [1], "bf16").at(0)).toBe(1);
  });

  test("bool elements are booleans", () => {
    const tensor = Tensor.from(new Uint8Array([0, 1, 1]), [3], "bool");
    expect(tensor.toNestedArray()).toEqual([false, true, true]);
  });

  test("zeros of every type", () => {
    for (const dtype of DTYPES) {
      const tensor = Tensor.zeros([2, 2], dtype);
      expect(tensor.size).toBe(4);
      expect(Number(tensor.at(1, 1))).toBe(0);
    }
    expect(Tensor.zeros([]).at()).toBe(0);
    expect(Tensor.zeros([0, 4]).size).toBe(0);
  });

  test("from nested arrays and back", () => {
    const matrix = Tensor.fromArray([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(matrix.dtype).toBe("f64");
    expect(matrix.shape).toEqual([2, 3]);
    expect(matrix.toNestedArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(Tensor.fromArray([300, -1, 0.5], "u8").toNestedArray()).toEqual([44, 255, 0]);
    expect(Tensor.fromArray([1n, -1n]).dtype).toBe("i64");
    expect(Tensor.fromArray([true]).dtype).toBe("bool");
    expect(Tensor.fromArray(7, "i32").toNestedArray()).toBe(7);
    expect(Tensor.fromArray([]).shape).toEqual([0]);
  });

  test("conversion makes a new tensor", () => {
    const tensor = Tensor.fromArray([0.1, 300, -5.7, NaN]);
    expect([...tensor.to("f32").dataAs("f32")]).toEqual([f32(0.1), 300, f32(-5.7), NaN]);
    expect([...tensor.to("i8").dataAs("i8")]).toEqual([0, 44, -5, 0]);
    expect([...tensor.to("i64").dataAs("i64")]).toEqual([0n, 300n, -5n, 0n]);
    expect(tensor.to("f16").at(0)).toBe(f16(0.1));
  });
});

describe("refusals", () => {
  test("each has its code", () => {
    expect(codeOf(() => Tensor.from(new Float32Array(5), [2, 3]))).toBe("kernel.element-count");
    expect(codeOf(() => Tensor.zeros([-1]))).toBe("kernel.bad-extent");
    expect(codeOf(() => Tensor.zeros([1.5]))).toBe("kernel.bad-extent");
    expect(codeOf(() => Tensor.zeros([1, 1, 1, 1, 1, 1, 1]))).toBe("kernel.rank");
    expect(codeOf(() => Tensor.zeros([1e6, 1e6]))).toBe("kernel.too-large");
    expect(codeOf(() => Tensor.zeros([2 ** 40, 2 ** 40]))).toBe("kernel.too-large");
    expect(codeOf(() => Tensor.fromArray([[1, 2], [3]]))).toBe("kernel.ragged-array");
    expect(codeOf(() => new Tensor("f32", [1], new Float64Array(1)))).toBe("kernel.storage");
    expect(codeOf(() => Tensor.zeros([2], "f32").dataAs("f64"))).toBe("kernel.other-dtype");
  });

  test("an unknown element type gets a suggestion", () => {
    const name: string = "f23";
    expect(() => Tensor.zeros([1], name as "f32")).toThrow(/unknown element type "f23"/);
  });

  test("reading outside is a RangeError that names position and shape", () => {
    const tensor = Tensor.zeros([2, 3]);
    expect(() => tensor.at(2, 0)).toThrow(RangeError);
    expect(() => tensor.at(0, -1)).toThrow("position [0, -1] is outside a tensor of shape [2, 3]");
    expect(() => tensor.at(0.5, 0)).toThrow(RangeError);
    expect(() => tensor.item(6)).toThrow(RangeError);
  });
});

test("at is row-major at every rank", () => {
  const extents = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 6 });
  fc.assert(
    fc.property(extents, fc.nat(), (shape, seed) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const tensor = Tensor.from(
        Int32Array.from({ length: size }, (_, k) => k),
        shape,
      );
      const position = seed % size;
      const indices: number[] = [];
      let rest = position;
      for (const extent of shape.toReversed()) {
        indices.unshift(rest % extent);
        rest = Math.floor(rest / extent);
      }
      expect(tensor.at(...indices)).toBe(position);
      expect(tensor.at(...indices.map(BigInt))).toBe(position);
    }),
  );
});
