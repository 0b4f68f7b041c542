import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import {
  DiagnosticError,
  dimBinary,
  dimConst,
  dimName,
  dimParam,
  type DType,
  type KernelSignature,
  type ScalarType,
  type ValueType,
} from "@strata/support";
import { bindArguments, zeros } from "@strata/runtime";

const n = dimName("n");
const m = dimName("m");
const tensor = (dtype: DType, ...dims: Parameters<typeof dimBinary>[1][]): ValueType => ({
  kind: "tensor",
  dtype,
  dims,
});
const scalar = (dtype: ScalarType): ValueType => ({ kind: "scalar", dtype });

function signature(
  params: Readonly<Record<string, ValueType>>,
  result: ValueType,
  extra: Partial<KernelSignature> = {},
): KernelSignature {
  return {
    name: "k",
    doc: undefined,
    params: Object.entries(params).map(([name, type]) => ({ name, type })),
    form: "single",
    results: [{ name: undefined, type: result }],
    dims: ["n", "m"],
    checks: [],
    ...extra,
  };
}

const heat = signature(
  { u: tensor("f32", n, m), v: tensor("f32", n, m), alpha: scalar("f32") },
  tensor("f32", n, m),
);

function codes(action: () => unknown): string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code }) => code);
    throw error;
  }
  return [];
}

function problem(action: () => unknown): { message: string; hint: string | undefined } {
  try {
    action();
  } catch (error) {
    if (error instanceof DiagnosticError && error.diagnostics[0]) {
      const { message, hint } = error.diagnostics[0];
      return { message, hint };
    }
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("bindArguments", () => {
  const u = zeros("f32", [3, 4]);

  it("solves dimensions and shapes results", () => {
    const bound = bindArguments(heat, { u, v: zeros("f32", [3, 4]), alpha: 0.1 });
    expect(Object.fromEntries(bound.dims)).toEqual({ n: 3, m: 4 });
    expect(bound.values.map(({ name }) => name)).toEqual(["u", "v", "alpha"]);
    expect(bound.values[2]).toMatchObject({ value: Math.fround(0.1) });
    expect(bound.results).toEqual([
      { kind: "tensor", name: undefined, dtype: "f32", shape: [3, 4] },
    ]);
  });

  it("takes extents of 0 and 1", () => {
    for (const shape of [
      [0, 4],
      [1, 1],
      [0, 0],
    ]) {
      const t = zeros("f32", shape);
      expect(bindArguments(heat, { u: t, v: t, alpha: 0 }).results[0]).toMatchObject({ shape });
    }
  });

  it("names an unknown argument, with the nearest parameter", () => {
    expect(problem(() => bindArguments(heat, { u, v: u, alpha: 1, alhpa: 1 }))).toEqual({
      message: 'k has no parameter "alhpa"',
      hint: 'did you mean "alpha"?',
    });
    const far = problem(() => bindArguments(heat, { u, v: u, alpha: 1, gamma9: 1 }));
    expect(far.hint).toBe('its parameters are "u", "v", "alpha"');
  });

  it("names every missing argument", () => {
    expect(codes(() => bindArguments(heat, { u }))).toEqual([
      "runtime.missing-argument",
      "runtime.missing-argument",
    ]);
    expect(problem(() => bindArguments(heat, { u, alpha: 1 })).message).toBe(
      'k needs the argument "v" of type Tensor<f32, [n, m]>',
    );
  });

  it("refuses a wrong element type, rank and kind", () => {
    const bad = (v: unknown): string =>
      problem(() => bindArguments(heat, { u, v, alpha: 1 })).message;
    expect(bad(zeros("f64", [3, 4]))).toBe(
      'argument "v": expected elements of type f32, found f64',
    );
    expect(bad(zeros("f32", [12]))).toBe(
      'argument "v": expected 2 axes as in Tensor<f32, [n, m]>, found 1 axis: [12]',
    );
    expect(bad(3)).toBe('argument "v": expected Tensor<f32, [n, m]>, found 3');
    expect(bad("x")).toContain('found the text "x"');
    expect(bad([1, 2])).toContain("found a plain array");
    expect(bad({ dtype: "f32", shape: [2, 2], data: new Float32Array(3) })).toContain("Object");
    expect(problem(() => bindArguments(heat, { u, v: u, alpha: zeros("f32", [2]) })).message).toBe(
      'argument "alpha": expected f32, found f32[2]',
    );
  });

  it("names both arguments that disagree on a dimension", () => {
    expect(
      problem(() => bindArguments(heat, { u, v: zeros("f32", [3, 5]), alpha: 1 })).message,
    ).toBe('dimension m is 4 in argument "u" (axis 1) but 5 in argument "v" (axis 1)');
    const square = signature({ a: tensor("f32", n, n) }, scalar("f32"));
    expect(problem(() => bindArguments(square, { a: u })).message).toBe(
      'dimension n is 3 in argument "a" (axis 0) but 4 in its axis 1',
    );
  });

  it("compares computed extents, also before the name is bound", () => {
    const shifted = signature(
      { a: tensor("f32", dimBinary("-", n, dimConst(1))), b: tensor("f32", n) },
      scalar("f32"),
    );
    const a = zeros("f32", [4]);
    expect(codes(() => bindArguments(shifted, { a, b: zeros("f32", [5]) }))).toEqual([]);
    expect(problem(() => bindArguments(shifted, { a, b: zeros("f32", [7]) })).message).toBe(
      'argument "a", axis 0: expected extent n - 1 = 6, found 4',
    );
    const literal = signature({ a: tensor("f32", dimConst(3)) }, scalar("f32"));
    expect(problem(() => bindArguments(literal, { a })).message).toBe(
      'argument "a", axis 0: expected extent 3, found 4',
    );
  });

  it("judges checks and extents that have no value", () => {
    const wide = signature({ a: tensor("f32", n) }, scalar("f32"), {
      checks: [
        {
          relation: "at-least",
          left: n,
          right: dimConst(5),
          reason: "the stencil reads 2 elements on each side",
        },
      ],
    });
    expect(problem(() => bindArguments(wide, { a: zeros("f32", [4]) }))).toEqual({
      message: "n (here 4) must be at least 5",
      hint: "the stencil reads 2 elements on each side",
    });
    const k = dimParam("k");
    const grown = signature(
      { k: scalar("i32") },
      tensor("f32", dimBinary("floordiv", dimConst(8), k)),
    );
    expect(bindArguments(grown, { k: 3 }).results[0]).toMatchObject({ shape: [2] });
    expect(codes(() => bindArguments(grown, { k: 0 }))).toEqual(["runtime.extent-expression"]);
    expect(codes(() => bindArguments(grown, { k: -1 }))).toEqual(["runtime.negative-extent"]);
  });

  it("refuses huge sizes with the byte count and the limit", () => {
    const made = signature({ k: scalar("index") }, tensor("f64", dimParam("k"), dimParam("k")));
    expect(problem(() => bindArguments(made, { k: 1_000_000 })).message).toBe(
      "the result of k: f64[1000000, 1000000] takes 7.3 TiB (8000000000000 bytes), " +
        "more than the limit of 8.0 GiB (8589934592 bytes)",
    );
    expect(codes(() => bindArguments(made, { k: 2 ** 40 }))).toEqual(["runtime.too-large"]);
    const limits = { maxBufferBytes: 100, maxTotalBytes: 150 };
    const small = signature({ a: tensor("f32", n) }, tensor("f32", n));
    expect(codes(() => bindArguments(small, { a: zeros("f32", [20]) }, limits))).toEqual([
      "runtime.total-too-large",
    ]);
  });

  it("takes a bare typed array as a tensor of rank 1, also for types that share a class", () => {
    for (const dtype of ["bool", "u8"] as const) {
      const one = signature({ a: tensor(dtype, n) }, scalar("f32"));
      const bound = bindArguments(one, { a: new Uint8Array(4) });
      expect(bound.values[0]).toMatchObject({ dtype, shape: [4], source: { dtype } });
    }
    const half = signature({ a: tensor("f16", n) }, scalar("f32"));
    expect(codes(() => bindArguments(half, { a: new Uint16Array(2) }))).toEqual([]);
    expect(codes(() => bindArguments(half, { a: zeros("u16", [2]) }))).toEqual([
      "runtime.argument-dtype",
    ]);
    expect(codes(() => bindArguments(half, { a: new Uint8Array(2) }))).toEqual([
      "runtime.argument-dtype",
    ]);
  });
});

describe("scalars", () => {
  const value = (type: ScalarType, given: unknown): unknown => {
    const bound = bindArguments(signature({ x: scalar(type) }, scalar("f32")), { x: given });
    const first = bound.values[0];
    return first?.kind === "scalar" ? first.value : undefined;
  };

  it("keeps integers exact and refuses what does not fit", () => {
    expect(value("i64", 2n ** 62n)).toBe(2n ** 62n);
    expect(value("i64", 5)).toBe(5n);
    expect(value("i8", -128)).toBe(-128);
    expect(value("u64", 2n ** 64n - 1n)).toBe(2n ** 64n - 1n);
    expect(value("index", 7n)).toBe(7);
    for (const [type, bad] of [
      ["i8", 128],
      ["u8", -1],
      ["i32", 1.5],
      ["i64", 2n ** 63n],
      ["i32", NaN],
      ["u32", true],
    ] as const) {
      expect(
        codes(() => value(type, bad)),
        `${type} ${String(bad)}`,
      ).toEqual(["runtime.scalar-range"]);
    }
    expect(problem(() => value("i8", 300)).message).toBe(
      'argument "x": expected a whole number for i8 (-128 … 127), found 300',
    );
  });

  it("rounds floats, keeps NaN, infinities and −0, reads bools", () => {
    expect(value("f32", 0.1)).toBe(Math.fround(0.1));
    expect(value("f16", 65520)).toBe(Infinity);
    expect(value("f64", NaN)).toBe(NaN);
    expect(value("f64", -0)).toBe(-0);
    expect(value("f64", 3n)).toBe(3);
    expect(value("bool", true)).toBe(1);
    expect(value("bool", 0)).toBe(0);
    expect(codes(() => value("bool", 2))).toEqual(["runtime.scalar-range"]);
    expect(codes(() => value("f64", "1"))).toEqual(["runtime.argument-kind"]);
    expect(value("f32", zeros("f64", []))).toBe(0);
  });
});

describe("property: named dimensions", () => {
  it("binds when, and only when, all arguments agree", () => {
    const shape = fc.tuple(fc.nat(3), fc.nat(3));
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const args = { u: zeros("f32", a), v: zeros("f32", b), alpha: 1 };
        const agree = a[0] === b[0] && a[1] === b[1];
        expect(codes(() => bindArguments(heat, args)).length === 0).toBe(agree);
      }),
    );
  });
});
