import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  f32,
  histogram,
  i32,
  iterate,
  iterateUntil,
  map,
  max,
  scan,
  sum,
  Tensor,
  zip,
} from "../src/index.ts";

describe("scan", () => {
  test("agrees with a loop, all options", () => {
    const rows = fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom(0, 1, -1),
        fc.boolean(),
        fc.boolean(),
        (values, axis, exclusive, reverse) => {
          const t = Tensor.from(Int32Array.from(values), [3, 4]);
          const result = scan(t, 5, (acc, x) => 2 * acc - x, { axis, exclusive, reverse });
          const expected = Tensor.zeros([3, 4], "i32");
          const [lanes, length] = axis === 0 ? [4, 3] : [3, 4];
          for (let lane = 0; lane < lanes; lane++) {
            let acc = 5;
            for (let step = 0; step < length; step++) {
              const k = reverse ? length - 1 - step : step;
              const position = axis === 0 ? 4 * k + lane : 4 * lane + k;
              const next = 2 * acc - (values[position] ?? 0);
              expected.data[position] = exclusive ? acc : next;
              acc = next;
            }
          }
          expect(result.dtype).toBe("i32");
          expect(result.toNestedArray()).toEqual(expected.toNestedArray());
        },
      ),
    );
  });

  test("the running value has the type of what goes in", () => {
    const flags = Tensor.fromArray([true, false, true]);
    const counts = scan(flags, 0, (acc, x) => acc + i32(x));
    expect(counts.dtype).toBe("i32");
    expect(counts.toNestedArray()).toEqual([1, 1, 2]);
    const bytes = Tensor.fromArray([200, 100, 50], "u8");
    expect(scan(bytes, 0, (acc, x) => acc + x).toNestedArray()).toEqual([200, 44, 94]);
    expect(scan(bytes, 0.5, (acc, x) => acc + f32(x)).toNestedArray()).toEqual([
      200.5, 300.5, 350.5,
    ]);
    expect(scan(flags, false, (acc, x) => acc !== x).toNestedArray()).toEqual([true, true, false]);
  });
});

describe("histogram", () => {
  test("agrees with a loop and ignores bins outside", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 12 })), (values) => {
        const t = Tensor.from(Int32Array.from(values), [values.length]);
        const counts = Array.from({ length: 10 }, () => 0);
        const sums = Array.from({ length: 10 }, () => 0);
        for (const v of values) {
          if (v < 0 || v >= 10) continue;
          counts[v] = (counts[v] ?? 0) + 1;
          sums[v] = (sums[v] ?? 0) + 0.5 * v;
        }
        expect(histogram(t, 10, (x) => x).toNestedArray()).toEqual(counts);
        const weighted = histogram(
          t,
          10,
          (x) => x,
          (x) => f32(0.5 * x),
        );
        expect(weighted.toNestedArray()).toEqual(sums);
        expect(weighted.dtype).toBe(values.length === 0 ? "i32" : "f32");
      }),
    );
  });

  test("several tensors", () => {
    const zone = Tensor.fromArray([0n, 2n, 0n], "u64");
    const length = Tensor.fromArray([1.5, 2, 4], "f32");
    const total = histogram(
      [zone, length],
      3,
      (z) => z,
      (_, x) => x,
    );
    expect(total.toNestedArray()).toEqual([5.5, 0, 2]);
  });

  test("refuses a fractional bin", () => {
    expect(() => histogram(Tensor.fromArray([0.5]), 4, (x) => x)).toThrow(/kernel.bin/);
  });
});

describe("iterate", () => {
  const start = Tensor.fromArray([1, 2], "f32");

  test("counts steps", () => {
    expect(iterate(3, start, (x) => map(x, (v) => 2 * v)).toNestedArray()).toEqual([8, 16]);
    expect(iterate(0, start, (x) => map(x, (v) => 2 * v))).toBe(start);
    expect(iterate(-1, start, (x) => map(x, (v) => 2 * v))).toBe(start);
    expect(iterate(10, [0, 1], (a, b) => [b, a + b])).toEqual([55, 89]);
    expect(() => iterate(0.5, 1, (x) => x)).toThrow(/kernel.count/);
  });

  test("until done or out of steps", () => {
    const halve = (x: Tensor<f32, [number]>): Tensor<f32, [number]> => map(x, (v) => v / 2);
    const small = iterateUntil(
      start,
      halve,
      (before, after) => max(zip(before, after, (a, b) => a - b)) < 0.3,
      100,
    );
    expect(small.toNestedArray()).toEqual([0.125, 0.25]);
    expect(sum(iterateUntil(start, halve, () => false, 2))).toBe(0.75);
    expect(iterateUntil(start, halve, () => true, 0)).toBe(start);
  });
});
