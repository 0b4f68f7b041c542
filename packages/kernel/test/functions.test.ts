import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { erf, fma, idiv, isNaN, popcount, select } from "../src/index.ts";

describe("idiv", () => {
  test("cuts towards zero", () => {
    expect([idiv(7, 2), idiv(-7, 2), idiv(7, -2), idiv(-1, 2)]).toEqual([3, -3, -3, 0]);
    expect(idiv(-7n, 2n)).toBe(-3n);
    expect(idiv(Number.MAX_SAFE_INTEGER, 3)).toBe(3002399751580330);
  });

  test("refuses zero", () => {
    expect(() => idiv(1, 0)).toThrow(/kernel.division-by-zero/);
    expect(() => idiv(1n, 0n)).toThrow(/kernel.division-by-zero/);
  });
});

test("popcount counts the ones of the pattern", () => {
  fc.assert(
    fc.property(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (a, b) => {
      const ones = (text: string): number => text.replaceAll("0", "").length;
      expect(popcount(a)).toBe(ones((a >>> 0).toString(2)));
      expect(popcount(b)).toBe(BigInt(ones(BigInt.asUintN(64, b).toString(2))));
    }),
  );
  expect(popcount(0xffffffff)).toBe(32);
});

test("select and isNaN", () => {
  expect(select(true, 1, 2)).toBe(1);
  expect(select(false, 1n, 2n)).toBe(2n);
  expect([isNaN(NaN), isNaN(0)]).toEqual([true, false]);
});

describe("erf", () => {
  // Digits of the error function from its series in exact rational arithmetic.
  const known: readonly (readonly [number, number])[] = [
    [1e-300, 1.1283791670955126e-300],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [1.5, 0.9661051464753108],
    [2, 0.9953222650189527],
    [2.5, 0.999593047982555],
    [3, 0.9999779095030014],
    [4, 0.9999999845827421],
    [5, 0.9999999999984626],
  ];

  test("known values, odd symmetry, limits", () => {
    for (const [x, y] of known) {
      expect(Math.abs(erf(x) - y)).toBeLessThanOrEqual(y * 5e-16);
      expect(erf(-x)).toBe(-erf(x));
    }
    expect([erf(0), erf(-0), erf(Infinity), erf(-Infinity), erf(NaN)]).toEqual([0, -0, 1, -1, NaN]);
    expect(erf(6.5)).toBe(1);
  });

  test("agrees with the rational series", () => {
    const scale = 10n ** 60n;
    const exactErf = (numerator: bigint, denominator: bigint): number => {
      let term = (scale * numerator) / denominator;
      let total = 0n;
      for (let n = 0n; term !== 0n; n++) {
        total += term / (2n * n + 1n);
        term = (-term * numerator * numerator) / (denominator * denominator * (n + 1n));
      }
      return (Number(total) / Number(scale)) * (2 / Math.sqrt(Math.PI));
    };
    for (let k = 1n; k < 96n; k++) {
      const x = Number(k) / 16;
      const expected = exactErf(k, 16n);
      expect(Math.abs(erf(x) - expected)).toBeLessThanOrEqual(expected * 9e-16);
    }
  });
});

describe("fma", () => {
  test("rounds once", () => {
    expect(fma(0.1, 10, -1)).toBe(5.551115123125783e-17);
    const tiny = 2 ** -52;
    expect(fma(1 + tiny, 1 + tiny, -1 - 2 * tiny)).toBe(2 ** -104);
    expect(fma(1e308, 10, -Infinity)).toBe(-Infinity);
    expect(fma(2 ** 1000, 2 ** 100, -(2 ** 1023))).toBe(Infinity);
    expect(fma(2 ** 1023, 2, -(2 ** 1023))).toBe(2 ** 1023);
    expect(fma(5e-324, 0.5, 0)).toBe(0);
    expect(fma(5e-324, 0.75, 0)).toBe(5e-324);
    expect(fma(-1, 0, 0)).toBe(0);
    expect(fma(-1, 0, -0)).toBe(-0);
    expect(fma(Infinity, 0, 1)).toBe(NaN);
    expect(fma(NaN, 1, 1)).toBe(NaN);
    expect(fma(3, 4, -12)).toBe(0);
  });

  test("is plain arithmetic where the product is exact", () => {
    const f32s = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(f32s, f32s, f32s, (a, b, c) => {
        expect(fma(a, b, c)).toBe(a * b + c);
      }),
    );
  });
});
