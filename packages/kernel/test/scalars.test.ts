import { integerRange } from "@strata/support";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as k from "../src/index.ts";

describe("integers wrap", () => {
  const narrow = { i8: k.i8, i16: k.i16, i32: k.i32, u8: k.u8, u16: k.u16, u32: k.u32 };
  const wide = { i64: k.i64, u64: k.u64 };

  for (const [name, convert] of Object.entries(narrow)) {
    const { min, max } = integerRange(name as keyof typeof narrow);
    test(`${name} agrees with modular arithmetic`, () => {
      const anyInteger = fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 });
      fc.assert(
        fc.property(anyInteger, (x) => {
          const value = BigInt(convert(x));
          expect(value >= min && value <= max).toBe(true);
          expect((value - BigInt(x)) % (max - min + 1n)).toBe(0n);
          expect(convert(BigInt(x))).toBe(convert(x));
        }),
      );
    });

    test(`${name} truncates floats and limits them`, () => {
      expect(convert(1.9)).toBe(1);
      expect(convert(-0.9)).toBe(0);
      expect(convert(1e30)).toBe(Number(max));
      expect(convert(-1e30)).toBe(Number(min));
      expect(convert(Infinity)).toBe(Number(max));
      expect(convert(NaN)).toBe(0);
      expect(convert(true)).toBe(1);
    });
  }

  for (const [name, convert] of Object.entries(wide)) {
    const { min, max } = integerRange(name as keyof typeof wide);
    test(name, () => {
      expect(convert(2n ** 64n + 5n)).toBe(5n);
      expect(convert(-1)).toBe(name === "i64" ? -1n : max);
      expect(convert(1e30)).toBe(max);
      expect(convert(-1e30)).toBe(min);
      expect(convert(-Infinity)).toBe(min);
      expect(convert(NaN)).toBe(0n);
      expect(convert(7.9)).toBe(7n);
      expect(convert(false)).toBe(0n);
    });
  }
});

describe("floats round to nearest even", () => {
  test("f32 and f16 agree with typed arrays", () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        expect(k.f32(x)).toBe(Math.fround(x));
        expect(k.f16(x)).toBe(new Float16Array([x])[0]);
      }),
    );
  });

  test("bf16 keeps the top half of an f32, rounded", () => {
    expect(k.bf16(1 + 2 ** -8)).toBe(1);
    expect(k.bf16(1 + 3 * 2 ** -8)).toBe(1 + 2 ** -6);
    expect(k.bf16(1e39)).toBe(Infinity);
  });

  test("a wide integer is rounded once", () => {
    // Just above the midpoint of two f32 neighbours; a detour over f64 would land on the midpoint.
    const above = 2n ** 62n + 2n ** 38n + 1n;
    expect(k.f32(above)).toBe(2 ** 62 + 2 ** 39);
    expect(k.f32(-above)).toBe(-(2 ** 62 + 2 ** 39));
    expect(k.f64(2n ** 53n + 1n)).toBe(2 ** 53);
  });
});

test("bool is whether the value is not zero", () => {
  expect([0, -0, 1, NaN, 0.5, 0n, 3n].map(k.bool)).toEqual([
    false,
    false,
    true,
    true,
    true,
    false,
    true,
  ]);
});
