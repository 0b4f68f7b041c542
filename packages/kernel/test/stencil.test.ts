import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  build,
  clamp,
  constant,
  copy,
  f32,
  map,
  reflect,
  stencil,
  Tensor,
  wrap,
  zero,
  type Boundary,
} from "../src/index.ts";

/** Positions outside, mapped by walking step by step; undefined where a value stands instead. */
const naive: Record<string, (position: number, extent: number) => number | undefined> = {
  clamp: (p, n) => Math.min(Math.max(p, 0), n - 1),
  zero: (p, n) => (p < 0 || p >= n ? undefined : p),
  constant: (p, n) => (p < 0 || p >= n ? undefined : p),
  wrap: (p, n) => {
    let q = p;
    while (q < 0) q += n;
    while (q >= n) q -= n;
    return q;
  },
  reflect: (p, n) => {
    if (n === 1) return 0;
    let q = p;
    while (q < 0 || q >= n) q = q < 0 ? -q : 2 * (n - 1) - q;
    return q;
  },
};

const boundaries: readonly Boundary<number>[] = [clamp, zero, constant(7), wrap, reflect];

test("reads through every boundary agree with a step-by-step walk", () => {
  const extent = fc.integer({ min: 1, max: 6 });
  const offset = fc.integer({ min: -9, max: 9 });
  fc.assert(
    fc.property(
      extent,
      extent,
      offset,
      offset,
      fc.constantFrom(...boundaries),
      (n, m, di, dj, boundary) => {
        const u = build([n, m], (i, j) => 100 * i + j + 1);
        const outside = boundary.kind === "constant" ? 7 : 0;
        const at = naive[boundary.kind] ?? (() => undefined);
        const result = stencil(u, boundary, (c) => c(di, dj));
        const expected = build([n, m], (i, j) => {
          const p = at(i + di, n);
          const q = at(j + dj, m);
          return p === undefined || q === undefined ? outside : u.at(p, q);
        });
        expect(result.toNestedArray()).toEqual(expected.toNestedArray());
      },
    ),
  );
});

describe("copy", () => {
  const u = Tensor.fromArray([1, 2, 3, 4, 5], "f32");

  test("keeps the element where a read would leave", () => {
    expect(stencil(u, copy, (c) => c(-1) + c(1)).toNestedArray()).toEqual([1, 4, 6, 8, 5]);
    expect(stencil(u, copy, (c) => c(2)).toNestedArray()).toEqual([3, 4, 5, 4, 5]);
    expect(stencil(u, copy, (c) => c(9)).toNestedArray()).toEqual([1, 2, 3, 4, 5]);
    expect(stencil(u, copy, () => 9).toNestedArray()).toEqual([9, 9, 9, 9, 9]);
  });

  test("an offset used at any point counts at every point", () => {
    const once = stencil(u, copy, (c, i) => (i === 2 ? c(-2) + c(1) : 0));
    expect(once.toNestedArray()).toEqual([1, 2, 5, 0, 5]);
  });

  test("has the first input's type", () => {
    const bytes = Tensor.fromArray([1, 2, 3], "u8");
    const weights = Tensor.fromArray([0.5, 2.5, 0.5], "f32");
    const result = stencil([bytes, weights], copy, (b, w) => b(-1) * w(0));
    expect(result.dtype).toBe("u8");
    expect(result.toNestedArray()).toEqual([1, 2, 1]);
  });
});

test("several inputs and indices", () => {
  const u = build([2, 3], (i, j) => f32(i + j));
  const v = map(u, (x) => 10 * x);
  const w = map(u, (x) => x > 1);
  const result = stencil([u, v, w], zero, (a, b, c, i, j) =>
    c(0, 0) ? a(0, -1) + b(-1, 0) : i - j,
  );
  expect(result.toNestedArray()).toEqual([
    [0, -1, 1],
    [1, 11, 22],
  ]);
});

test("empty tensors and tensors narrower than the stencil", () => {
  const none: Tensor<f32, [number, number]> = Tensor.zeros([0, 3], "f32");
  for (const boundary of [...boundaries, copy]) {
    expect(stencil(none, boundary, (c) => c(-1, 2)).shape).toEqual([0, 3]);
  }
  const single = Tensor.fromArray([4], "f32");
  expect(stencil(single, reflect, (c) => c(-3) + c(5)).toNestedArray()).toEqual([8]);
  expect(stencil(single, wrap, (c) => c(-3) + c(5)).toNestedArray()).toEqual([8]);
});

test("refusals", () => {
  const u = Tensor.zeros([3], "f32");
  const v: Tensor<f32, [3]> = new Tensor("f32", [3], new Float32Array(3));
  const offsets: number[] = [0, 0];
  expect(() => stencil(u, clamp, (c) => c(0.5))).toThrow(/kernel.stencil-offset/);
  expect(() => stencil(u, clamp, (c) => c(...(offsets as [number])))).toThrow(/kernel.index-count/);
  const w: Tensor = Tensor.zeros([4]);
  expect(() => stencil([v as Tensor, w], clamp, (a) => a(0))).toThrow(/kernel.shape-mismatch/);
});
