import { describe, expect, it } from "vitest";
import { printDim } from "@strata/support";
import type { ArgumentType, Bindings } from "@strata/frontend";
import {
  analyze,
  bodyComplaints,
  complaints,
  diagnose,
  emitted,
  signatureOf,
} from "./analyzing.ts";

const MATMUL = `
export function matmul<m extends Dim, k extends Dim, n extends Dim>(
  a: Tensor<f32, [m, k]>, b: Tensor<f32, [k, n]>): Tensor<f32, [m, n]> {
  return build([a.shape[0], b.shape[1]], (i, j) => sum(a.shape[1], (p) => a.at(i, p) * b.at(p, j)));
}`;

function tensor(dtype: "f32" | "i32" | "f64", ...shape: (number | undefined)[]): ArgumentType {
  return { kind: "tensor", dtype, shape };
}

function args(entries: Record<string, ArgumentType>): Bindings {
  return { args: new Map(Object.entries(entries)) };
}

/** The checks of the last kernel as text. */
function checks(text: string, bindings: Bindings = {}): string[] {
  return analyze(text, bindings).signature.checks.map(({ relation, left, right, reason }) => {
    const sign = relation === "equal" ? "=" : ">=";
    return `${printDim(left)} ${sign} ${printDim(right)} (${reason})`;
  });
}

describe("signatures", () => {
  it("name dimensions in the order of the parameters", () => {
    const { signature } = analyze(MATMUL);
    expect(signature.dims).toEqual(["m", "k", "n"]);
    expect(signature.checks).toEqual([]);
    expect(signatureOf(MATMUL)).toBe(
      "matmul(a: Tensor<f32, [m, k]>, b: Tensor<f32, [k, n]>): Tensor<f32, [m, n]>",
    );
  });

  it("keep the doc comment, the form and the names of results", () => {
    const { signature } = analyze(`
/** Splits. */
export function k<n extends Dim>(t: Tensor<u8, [n, 3]>): { low: Tensor<u8, [n, 3]>; total: i32 } {
  return { low: t, total: sum(map(t, (x) => i32(x))) };
}`);
    expect(signature.doc).toBe("Splits.");
    expect(signature.form).toBe("object");
    expect(signature.results.map(({ name }) => name)).toEqual(["low", "total"]);
    expect(signature.params[0]?.span).toBeDefined();
  });

  it.each([
    ["build([t.shape[0] + 1], () => 0.5)", "n + 1"],
    ["build([2 * t.shape[0] - count], () => 0.5)", "2*n - count"],
    ["build([idiv(t.shape[0], 2)], () => 0.5)", "floordiv(n, 2)"],
    ["build([idiv(t.shape[0] - 1, 2)], () => 0.5)", "div(n - 1, 2)"],
    ["build([idiv(t.shape[0] + 1, 2)], () => 0.5)", "floordiv(n + 1, 2)"],
    ["build([t.shape[0] % 4], () => 0.5)", "mod(n, 4)"],
    ["build([t.shape[0] << 1], () => 0.5)", "2*n"],
    ["build([t.shape[0] >> 1], () => 0.5)", "floordiv(n, 2)"],
    ["build([Math.min(t.shape[0], count)], () => 0.5)", "min(count, n)"],
    ["build([SIZE * 2], () => 0.5)", "16"],
    ["build([i32(t.shape[0])], () => 0.5)", "n"],
    ["build([half(t.shape[0])], () => 0.5)", "floordiv(n, 2)"],
    ["build([-(-t.shape[0])], () => 0.5)", "n"],
    ["histogram(t, count + 1, (x) => i32(x))", "count + 1"],
  ])("find the extent of %s", (expression, extent) => {
    const text = `
const SIZE = 8;
function half(n: index): index { return idiv(n, 2); }
export function k<n extends Dim>(t: Tensor<f32, [n]>, count: i32) { return ${expression}; }`;
    const [result] = analyze(text).signature.results;
    if (result?.type.kind !== "tensor") return expect.fail("a tensor");
    expect(result.type.dims.map(printDim)).toEqual([extent]);
  });
});

describe("agreement of extents", () => {
  it("is checked at the call where it is not known", () => {
    const text = `export function k<n extends Dim, m extends Dim>(
      a: Tensor<f32, [n]>, b: Tensor<f32, [m]>, count: i32): Tensor<f32, [n]> {
      const c = zip(a, b, (x, y) => x + y);
      const d = zip(a, b, (x, y) => x - y);
      const e = build([count], (i) => f32(i));
      return zip(c, zip(d, e, (x, y) => x * y), (x, y) => x + y);
    }`;
    expect(checks(text)).toEqual([
      "n = m (zip needs tensors of equal shape, axis 0)",
      "count >= 0 (build, axis 0)",
      "n = count (zip needs tensors of equal shape, axis 0)",
    ]);
    const known = {
      dims: new Map([
        ["n", 4],
        ["m", 4],
      ]),
    };
    expect(checks(text, known)).toEqual([
      "count >= 0 (build, axis 0)",
      "n = count (zip needs tensors of equal shape, axis 0)",
    ]);
    expect(
      complaints(text, {
        dims: new Map([
          ["n", 4],
          ["m", 5],
        ]),
      }),
    ).toEqual(["shape.mismatch: b"]);
    const [first] = diagnose(text, {
      dims: new Map([
        ["n", 4],
        ["m", 5],
      ]),
    });
    expect(first?.message).toBe("zip needs tensors of equal shape, axis 0: n = 4 is not m = 5");
  });

  it("is refused where it cannot be", () => {
    expect(bodyComplaints("zip(v, map(build([3], () => x), (e) => e), (a, d) => a)")).toEqual([]);
    expect(bodyComplaints("zip(build([3], () => x), build([4], () => x), (a, d) => a)")).toEqual([
      "shape.mismatch: build([4], () => x)",
    ]);
    expect(bodyComplaints("zip(v, build([u.shape[0] + 1], () => x), (a, d) => a)")).toEqual([
      "shape.mismatch: build([u.shape[0] + 1], () => x)",
    ]);
    expect(bodyComplaints("let t = v; t = build([u.shape[0] - 1], () => x); return t;")).toEqual([
      "shape.mismatch: build([u.shape[0] - 1], () => x)",
    ]);
    expect(
      complaints(
        `export function k<n extends Dim>(t: Tensor<f32, [n, n]>): Tensor<f32, [n]> {
        return sum(zip(t, build([3, 4], () => f32(0)), (a, b) => a), 0);
      }`,
        { dims: new Map([["n", 3]]) },
      ),
    ).toEqual(["shape.mismatch: build([3, 4], () => f32(0))"]);
  });

  it("of a declared result is checked", () => {
    const text = `export function k<n extends Dim, m extends Dim>(t: Tensor<f32, [n, m]>): Tensor<f32, [m, n]> {
      return t;
    }`;
    expect(checks(text)).toEqual(
      ["m = n (the result, axis 0)", "n = m (the result, axis 1)"].slice(0, 1),
    );
    expect(
      complaints(text, {
        dims: new Map([
          ["n", 2],
          ["m", 3],
        ]),
      }),
    ).toEqual(["shape.mismatch: t"]);
  });

  it("holds for helpers, whose dimensions are bound at each call", () => {
    const helper = `
function add<k extends Dim>(a: Tensor<f32, [k]>, b: Tensor<f32, [k]>): Tensor<f32, [k]> {
  return zip(a, b, (x, y) => x + y);
}`;
    expect(
      signatureOf(`${helper}
export function k<n extends Dim>(t: Tensor<f32, [n]>) { return add(t, add(t, t)); }`),
    ).toBe("k(t: Tensor<f32, [n]>): Tensor<f32, [n]>");
    expect(
      complaints(`${helper}
export function k<n extends Dim>(t: Tensor<f32, [n]>) {
  return add(t, build([t.shape[0] + 1], () => f32(1)));
}`),
    ).toEqual(["shape.mismatch: build([t.shape[0] + 1], () => f32(1))"]);
  });

  it("does not hold of what is known only while the kernel runs", () => {
    const text = (rest: string): string => `
export function k<n extends Dim>(t: Tensor<i32, [n]>) { const c = build([t.at(0)], (i) => i32(i)); ${rest} }`;
    expect(complaints(text("return sum(map(c, (x) => x + 1));"))).toEqual([]);
    expect(complaints(text("return zip(c, c, (x, y) => x + y).shape[0];"))).toEqual([]);
    expect(complaints(text("return c;"))).toEqual(["kernel.result-extent: k"]);
    expect(complaints(text("return zip(c, t, (x, y) => x);"))).toEqual(["shape.unknown: t"]);
    expect(
      complaints(`export function k(t: Tensor<f32, [4]>): Tensor<f32, [Dim]> {
        return build([i32(t.at(0))], () => f32(1));
      }`),
    ).toEqual(["kernel.result-extent: Tensor<f32, [Dim]>"]);
  });
});

describe("specialization", () => {
  it("makes types static and keeps the signature", () => {
    const bindings = args({ a: tensor("f32", 4, 5), b: tensor("f32", 5, 6) });
    const { signature, dims } = analyze(MATMUL, bindings);
    expect([...dims]).toEqual([
      ["m", 4],
      ["k", 5],
      ["n", 6],
    ]);
    expect(signature.dims).toEqual(["m", "k", "n"]);
    expect(emitted(MATMUL, bindings)).toContain(
      "func.func @matmul(%a: tensor<4x5xf32>, %b: tensor<5x6xf32>) -> tensor<4x6xf32>",
    );
    expect(emitted(MATMUL)).toContain("tensor<?x?xf32>");
    expect(emitted(MATMUL, { dims: new Map([["m", 4]]) })).toContain("-> tensor<4x?xf32>");
  });

  it("leaves extents open that are not given", () => {
    const bindings = args({ a: tensor("f32", undefined, 5), b: tensor("f32", 5, undefined) });
    expect(emitted(MATMUL, bindings)).toContain("%a: tensor<?x5xf32>");
  });

  it("refuses arguments that do not fit", () => {
    const wrong = (b: ArgumentType): string[] =>
      diagnose(MATMUL, args({ a: tensor("f32", 4, 5), b })).map(({ message }) => message);
    expect(wrong(tensor("f32", 6, 6))).toEqual(['the argument "b", axis 0: 6 is not k = 5']);
    expect(wrong(tensor("f64", 5, 6))).toEqual([
      'the argument "b" is a tensor of f64, not a tensor of f32',
    ]);
    expect(wrong(tensor("f32", 5))).toEqual(['the argument "b" is of rank 1, not of rank 2']);
    expect(wrong({ kind: "scalar", dtype: "f32" })).toEqual([
      'the argument "b" is a scalar of type f32, not a tensor of f32',
    ]);
    expect(complaints(MATMUL, args({ c: tensor("f32", 1) }))).toEqual([
      "kernel.unknown-argument: matmul",
    ]);
    expect(
      complaints(
        "export function k(t: Tensor<f32, [3]>) { return sum(t); }",
        args({ t: tensor("f32", 4) }),
      ),
    ).toEqual(["shape.mismatch: t: Tensor<f32, [3]>"]);
  });

  it("gives types to parameters without annotations", () => {
    const text = "export function k(t, a) { return map(t, (x) => x * a); }";
    expect(complaints(text)).toEqual(["call.untyped-parameter: t", "call.untyped-parameter: a"]);
    const bindings = args({ t: tensor("f32", 4, undefined), a: { kind: "scalar", dtype: "f32" } });
    expect(analyze(text, bindings).signature.dims).toEqual(["t1"]);
    expect(emitted(text, bindings)).toContain("tensor<4x?xf32>");
  });
});

describe("types of kernels", () => {
  it.each([
    ["export function k<n extends Dim>(x: f32) { return x; }", "shape.unbound: n"],
    ["export function k<n>(t: Tensor<f32, [n]>) { return t; }", "kernel.type-parameter: n"],
    [
      "export function k<T extends f32>(t: T) { return t; }",
      "kernel.type-parameter: T extends f32",
    ],
    ["export function k(t: Tensor<f32, [Dim]>) { return sum(t); }", "shape.any-extent: Dim"],
    ["export function k(t: Tensor<f32, [n]>) { return sum(t); }", "name.unknown: n"],
    ["export function k(t: Tensor<f32, [-1]>) { return sum(t); }", "shape.negative: -1"],
    [
      "export function k(t: Tensor<f32, [1, 1, 1, 1, 1, 1, 1]>) { return t; }",
      "shape.rank-limit: [1, 1, 1, 1, 1, 1, 1]",
    ],
    [
      "export function k(t: Tensor<Tensor<f32, [1]>, [1]>) { return t; }",
      "type.operand: Tensor<f32, [1]>",
    ],
    ["export function k(t: { a: f32 }) { return t.a; }", "kernel.parameter: { a: f32 }"],
    ["export function k({ a }) { return a; }", "call.parameter-pattern: { a }"],
    ["export function k(t: number) { return t; }", "type.inexact: number"],
    ["export function k(t: f32[]) { return t; }", "name.unknown-type: f32[]"],
    ["export function k(a: f32, a: f32) { return a; }", "name.duplicate: a: f32"],
    ["export function k(x: f32): void { return x; }", "type.inexact: void"],
    ["export function k(x: f32): f64 { return x; }", "type.mismatch: x"],
    ["export function k(t: Tensor<f32, [3]>): Tensor<f64, [3]> { return t; }", "type.mismatch: t"],
    ["export function k(x: f32): { a: f32 } { return { b: x }; }", "type.mismatch: { b: x }"],
  ])("%s", (text, complaint) => {
    expect(complaints(text)).toEqual([complaint]);
  });

  it("may be aliases", () => {
    const text = `
import { map, type Tensor, type f32 as single, type Dim } from "@strata/kernel";
type Real = single;
type Image<h extends Dim, w extends Dim> = Tensor<Real, [h, w]>;
type Square<n extends Dim> = Image<n, n>;
type Both = { a: Real; b: Square<4> };
export function k<n extends Dim>(t: Square<n>, s: Image<2, n>): Both {
  return { a: sum(t) + sum(s), b: build([4, 4], () => f32(0.5)) };
}`;
    expect(complaints(text)).toEqual([]);
    expect(complaints("type A = B; type B = A; export function k(x: A) { return x; }")).toEqual([
      "call.recursion: B",
    ]);
    expect(
      complaints("type A<n extends Dim> = Tensor<f32, [n]>; export function k(x: A) { return x; }"),
    ).toEqual(["call.arguments: A"]);
  });

  it("know their kernels", () => {
    expect(() => analyze("function k() { return 1; }")).toThrow("the file has no kernel");
  });
});
