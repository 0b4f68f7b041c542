/** Results as text. */
import { expect, it } from "vitest";
import { formatNumber, formatResult, trySummarize } from "../src/run/print-value.ts";
import { formatMilliseconds } from "../src/run/run-report.ts";

const f32 = (shape: readonly number[], values: readonly number[]) => ({
  dtype: "f32" as const,
  shape,
  data: Float32Array.from(values),
});

it("shows numbers in the fewest digits of their type", () => {
  expect(formatNumber("f32", Math.fround(0.1))).toBe("0.1");
  expect(formatNumber("f64", Math.fround(0.1))).toBe("0.10000000149011612");
  expect(formatNumber("f32", 16777216)).toBe("16777216");
  expect(formatNumber("f32", -0)).toBe("-0");
  expect(formatNumber("f32", NaN)).toBe("NaN");
  expect(formatNumber("i64", 2n ** 60n)).toBe("1152921504606846976");
  expect(formatNumber("bool", true)).toBe("true");
  expect(formatNumber("bool", 0)).toBe("false");
});

it("shows small tensors whole", () => {
  expect(formatResult("f32", f32([3], [1, 2.5, -3]))).toBe("f32[3]  1  2.5  -3");
  expect(formatResult("f32", f32([2, 2], [1, 2, 3, 40]))).toBe("f32[2, 2]\n   1   2\n   3  40");
  expect(formatResult("f32", f32([2, 1, 2], [1, 2, 3, 4]))).toBe("f32[2, 1, 2]\n  1  2\n\n  3  4");
  expect(formatResult("f32", f32([0, 4], []))).toBe("f32[0, 4]  empty");
  expect(formatResult("f32", f32([], [7]))).toBe("f32[]  7");
  expect(formatResult("i32", 7)).toBe("7");
});

it("summarizes large tensors", () => {
  const values = Array.from({ length: 100 }, (_, k) => k);
  const all = "min 0  max 99  mean 49.5";
  expect(formatResult("f32", f32([10, 10], values))).toBe(`f32[10, 10]  ${all}`);
  values[99] = NaN;
  const rest = "min 0  max 98  mean 49  NaN 1";
  expect(formatResult("f32", f32([100], values))).toBe(`f32[100]  ${rest}`);
  expect(
    formatResult(
      "f32",
      f32(
        [100],
        values.map(() => NaN),
      ),
    ),
  ).toBe("f32[100]  all NaN");
  const bits = { dtype: "bool" as const, shape: [80], data: new Uint8Array(80).fill(1, 0, 20) };
  expect(formatResult("bool", bits)).toBe("bool[80]  min 0  max 1  mean 0.25");
});

it("has no summary of nothing", () => {
  expect(trySummarize(f32([0], []))).toBeUndefined();
});

it("shows times", () => {
  expect([0.0123, 0.85, 3.1362, 31.25, 999.4, 1240].map(formatMilliseconds)).toEqual([
    "12.3 µs",
    "850 µs",
    "3.14 ms",
    "31.3 ms",
    "999 ms",
    "1.24 s",
  ]);
});
