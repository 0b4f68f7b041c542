import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import {
  DTYPES,
  Random,
  dtypeInfo,
  integerRange,
  isDType,
  isScalarType,
  readElement,
  roundFloat,
  wrapInteger,
  writeElement,
} from "@strata/support";

describe("element types", () => {
  it("have consistent tables", () => {
    expect(DTYPES).toHaveLength(13);
    for (const dtype of DTYPES) {
      const info = dtypeInfo(dtype);
      expect(info.bytes).toBe(new info.array(1).BYTES_PER_ELEMENT);
      expect(info.bytes).toBe(Math.max(1, info.bits / 8));
    }
    expect(isDType("index")).toBe(false);
    expect(isScalarType("index")).toBe(true);
    expect(isDType("toString")).toBe(false);
  });

  it("wrap and store integers alike", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }), (value) => {
        for (const dtype of DTYPES) {
          const info = dtypeInfo(dtype);
          if (info.kind === "float") continue;
          const wrapped = wrapInteger(dtype, value);
          const { min, max } = integerRange(dtype);
          expect(wrapped >= min && wrapped <= max).toBe(true);
          const array = new info.array(1);
          writeElement(dtype, array, 0, info.isBigInt ? value : Number(value));
          expect(BigInt(readElement(dtype, array, 0))).toBe(wrapped);
        }
      }),
    );
  });

  it("round and store floats alike", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        for (const dtype of ["f16", "bf16", "f32", "f64"] as const) {
          const array = new (dtypeInfo(dtype).array)(1);
          writeElement(dtype, array, 0, value);
          expect(readElement(dtype, array, 0)).toBe(roundFloat(dtype, value));
        }
      }),
    );
  });

  it("refuse what they must", () => {
    expect(() => roundFloat("i32", 1)).toThrow(RangeError);
    expect(() => integerRange("f32")).toThrow(RangeError);
    expect(() => readElement("f32", new Float32Array(1), 1)).toThrow(RangeError);
    expect(() => writeElement("f32", new Float32Array(1), -1, 0)).toThrow(RangeError);
  });
});

function draw(seed: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: 8 }, () => random.uint32());
}

describe("Random", () => {
  it("repeats from a seed and differs between seeds", () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(new Set(draw(0)).size).toBe(8);
  });

  it("stays in range and is roughly even", () => {
    const random = new Random(7);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 50_000; i++) {
      const at = random.int(0, 4);
      counts[at] = (counts[at] ?? 0) + 1;
      const x = random.float();
      expect(x >= 0 && x < 1).toBe(true);
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    expect(() => random.int(1, 0)).toThrow(RangeError);
    expect(random.int(-5, -5)).toBe(-5);
    expect(random.shuffle([1, 2, 3, 4]).toSorted()).toEqual([1, 2, 3, 4]);
    expect([1, 2]).toContain(random.pick([1, 2]));
  });

  it("draws standard normal numbers", () => {
    const random = new Random(3);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < 20_000; i++) {
      const x = random.normal();
      sum += x;
      squares += x * x;
    }
    expect(Math.abs(sum / 20_000)).toBeLessThan(0.03);
    expect(Math.abs(squares / 20_000 - 1)).toBeLessThan(0.05);
  });
});
