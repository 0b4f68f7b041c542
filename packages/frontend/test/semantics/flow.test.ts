import { describe, expect, it } from "vitest";
import { bodyComplaints, bodyMessages, complaints, diagnose, typeOf } from "./analyzing.ts";

describe("statements that are refused", () => {
  it.each([
    ["const s = 1; s = 2; return s;", "flow.const: s", "declare it with `let`"],
    ["x = 2; return x;", "flow.parameter: x", "copy it first: `let x2 = x;`"],
    ["map = 2; return x;", "flow.const: map", "cannot be assigned"],
    ["v[0] = 1; return x;", "flow.element: v[0]", "make a new tensor"],
    ["v.at(0) = 1; return x;", "flow.element: v.at(0)", "make a new tensor"],
    ["let o = { a: x }; o.a = 1; return x;", "flow.element: o.a", "values do not change"],
    [
      "let a = x, d = x; [a, d] = [d, a]; return x;",
      "flow.target: [a, d]",
      "one assignment per variable",
    ],
    ["x + 1; return x;", "flow.no-effect: x + 1", "assign it to a `const`"],
    ["map(v, (e) => e); return x;", "flow.no-effect: map(v, (e) => e)", "not used"],
    ["break; return x;", "flow.outside-loop: break;", "outside a loop"],
    [
      "const f = () => { continue; }; return f();",
      "flow.outside-loop: continue;",
      "outside a loop",
    ],
    ["let f = (e) => e; return f(x);", "flow.static-let: f = (e) => e", "declare it with `const`"],
    ["let s; return s;", "flow.unassigned: s", "give it a value"],
    ["let s: f32; if (b) s = 1; return s;", "flow.unassigned: s", "before it has a value"],
    ["let s: f32; while (b) { s = 1; } return s;", "flow.unassigned: s", "before it has a value"],
    ["let s: f32; do { if (b) break; s = 1; } while (b); return s;", "flow.unassigned: s", "value"],
    ["let s: f32; s += 1; return s;", "flow.unassigned: s", "before it has a value"],
    ["const s; return x;", "flow.initializer: s", "needs a value"],
    [
      "let s: Tensor<f32, [Dim]>; s = v; return s;",
      "flow.initializer: s: Tensor<f32, [Dim]>",
      "needs a value",
    ],
    ["if (b) return x;", "flow.missing-return: }", "k does not return a value on every path"],
    ["while (b) { return x; }", "flow.missing-return: }", "every path"],
    ["while (true) { if (b) break; return x; }", "flow.missing-return: }", "every path"],
    ["return;", "flow.empty-return: return;", "needs a value"],
    [
      "const f = (e) => { if (e) return x; }; return f(b);",
      "flow.missing-return: }",
      "f does not return",
    ],
    ["const e = 1; const e = 2; return x;", "name.duplicate: e", "another name"],
    ["for (let a: f32 = 0; a < x; a++) { a = foo; } return x;", "name.unknown: foo", "foo"],
    ["for (let a = 0; a < foo; a++) { const z = a + bar; } return x;", "name.unknown: foo", "foo"],
    [
      "return map(v, (e) => { let s = 0; const g = () => { s = 1; return e; }; return g(); });",
      "flow.closure-assigns: s = 1",
      "carried along",
    ],
    [
      "let s: f32 = 0; const t = map(v, (e) => { s += e; return s; }); return t;",
      "flow.closure-assigns: s += e",
      "`reduce`, `scan` or `iterate`",
    ],
    [
      "let s: f32 = 0; const f = (e: f32) => e + s; s = 1; return map(v, (e) => f(e));",
      "flow.closure-reads: s",
      "copy the value first: `const sNow = s;`",
    ],
    [
      "let s = x; const t = map(v, (e) => e + s); s = 1; return t;",
      "flow.closure-reads: s",
      "assigned later",
    ],
    [
      "let s = x, t = v; for (let a = 0; a < 3; a++) { s += 1; t = map(t, (e) => e + s); } return t;",
      "flow.closure-reads: s",
      "assigned later",
    ],
  ])("%s", (body, complaint, message) => {
    const [first] = bodyComplaints(body);
    expect(first).toBe(complaint);
    expect(bodyMessages(body)[0]).toContain(message);
  });
});

describe("statements that are accepted", () => {
  it.each([
    "let s = x; s += 1; const t = map(v, (e) => e + s); return t;",
    "let t = v; t = build([u.shape[0]], (a) => t.at(a) + 1); return t;",
    "let t = v; for (let a = 0; a < 3; a++) t = build([u.shape[0]], (d) => t.at(d) + 1); return t;",
    "let t = v; for (let a = 0; a < 3; a++) { const s = f32(a); t = map(t, (e) => e * s); } return t;",
    "let t = v; for (let a = 0; a < 3; a++) { let s = x; s += 1; t = map(t, (e) => e * s); } return t;",
    "const scale = (e: f32, f: f32) => e * f; return map(v, (e) => scale(e, x));",
    "return map(v, helper);",
    "const edge = reflect; return stencil(v, edge, (e) => e(1));",
    "const lap = (e) => e(-1) + e(1) - 2 * e(0); return stencil(v, wrap, (e) => lap(e) * x);",
    "let s: f32; if (b) { s = 1; } else { return v; } return map(v, (e) => e + s);",
    "let s: f32; do { s = x; } while (b); return map(v, (e) => e + x);",
    "for (;;) { if (b) return v; }",
    "do { return v; } while (b);",
    "for (let a = 0, d = 9; a < d; a++) { d -= 1; } return v;",
    "const e = 1; { const e = 2; } if (b) { const e = 3; } return v;",
    "return map(v, (e) => { for (let a = 0; a < 10; a++) { if (e > f32(a)) return f32(a); } return e; });",
    ";;; return v;",
  ])("%s", (body) => {
    const text = `
function helper(e: f32): f32 { return e * 2; }
export function k<n extends Dim, m extends Dim>(u: Tensor<f32, [n, m]>, v: Tensor<f32, [n]>, x: f32, b: bool) {
  ${body} }`;
    expect(diagnose(text).map(({ message }) => message)).toEqual([]);
  });
});

describe("calls", () => {
  it("inline helpers and refuse recursion", () => {
    expect(
      complaints(`
function even(n: i32): bool { return n === 0 || odd(n - 1); }
function odd(n: i32): bool { return n !== 0 && even(n - 1); }
export function k(n: i32) { return even(n); }`),
    ).toEqual(["call.recursion: even(n - 1)"]);
    expect(
      diagnose("export function f(n: i32): i32 { return f(n - 1); }").map(({ message, hint }) => [
        message,
        hint,
      ]),
    ).toEqual([
      [
        "recursion: f → f",
        "functions are inlined, so none may call itself: write a loop, or `iterate`",
      ],
    ]);
    expect(complaints("export function k(x: f32) { const f = (y) => f(y); return f(x); }")).toEqual(
      ["call.recursion: f(y)"],
    );
  });

  it("check their arguments", () => {
    const helper = "function h(a: f32, t: Tensor<f32, [3]>): f32 { return a + t.at(0); }";
    const call = (text: string): string[] =>
      complaints(
        `${helper} export function k(x: f32, y: f64, t: Tensor<f32, [3]>) { return ${text}; }`,
      );
    expect(call("h(x, t)")).toEqual([]);
    expect(call("h(1, t)")).toEqual([]);
    expect(call("h(x)")).toEqual(["call.arguments: h(x)"]);
    expect(call("h(y, t)")).toEqual(["type.mismatch: y"]);
    expect(call("h(x, x)")).toEqual(["type.mismatch: x"]);
    expect(call("h(x, clamp)")).toEqual(["type.not-a-value: clamp"]);
    expect(call("map(t, h)")).toEqual(["type.mismatch: t: Tensor<f32, [3]>"]);
  });

  it("stop where helpers multiply", () => {
    const levels = Array.from(
      { length: 30 },
      (_, k) => `function f${k + 1}(x: f32): f32 { return f${k}(x) + f${k}(x); }`,
    );
    const text = `function f0(x: f32): f32 { return x; } ${levels.join("\n")}
export function k(x: f32) { return f30(x); }`;
    expect(diagnose(text).map(({ code }) => code)).toEqual(["call.too-large"]);
  });

  it("refuse what is nested too deeply, and go on", () => {
    const deep = `${"-(".repeat(1200)}x${")".repeat(1200)}`;
    const codes = diagnose(`export function k(x: f32) { return ${deep}; }`).map(({ code }) => code);
    expect(["", "kernel.too-deep", "syntax.too-deep"]).toContain(codes[0] ?? "");
    expect(diagnose(`export function k(x: f32) { return ${"x + ".repeat(20_000)}x; }`)).toEqual([]);
  });
});

describe("loops that drive a stencil's offsets", () => {
  it.each([
    "for (let a = -1; a <= 1; a++) s += e(a);",
    "for (let a = 2; a > 0; a -= 1) s += e(a);",
    "for (let a = 0; a < 3; a++) { const o = a * 2 - 1; s += e(o); }",
    "for (let a = 0; a < W; a++) s += e(a - idiv(W, 2));",
    "for (let a = 0; a < 3; a++) s += read(a);",
    "for (let a = 0; a < 3; a++) s += both(e, a);",
    "for (let a = 0; a < 3; a++) { if (a === 1) continue; s += e(a) * weights[a]; }",
  ])("are written out: %s", (loop) => {
    const text = `
const W = 3, weights = [0.25, 0.5, 0.25];
function both(e: Accessor<f32, [Dim]>, a: index): f32 { return e(a) + e(-a); }
export function k<n extends Dim>(v: Tensor<f32, [n]>) {
  return stencil(v, clamp, (e) => { const read = (a) => e(a); let s: f32 = 0; ${loop} return s; });
}`;
    expect(diagnose(text).map(({ message }) => message)).toEqual([]);
  });

  it("are limited", () => {
    const body = (loop: string): string =>
      `return stencil(v, clamp, (e) => { let s: f32 = 0; ${loop} return s; });`;
    const nested = (stop: number): string =>
      `for (let a = 0; a < ${stop}; a++) for (let d = 0; d < 10; d++) s += e(a + d);`;
    expect(bodyComplaints(body(nested(100)))).toEqual([]);
    expect(bodyComplaints(body(nested(1000))).map((one) => one.split(":")[0])).toEqual([
      "flow.unroll-limit",
    ]);
    expect(bodyComplaints(body("for (let a = 0; a < i; a++) s += e(a);"))).toEqual([
      "shape.not-constant: a",
    ]);
  });
});

describe("top-level constants", () => {
  const kernel = (constants: string, use: string): string =>
    `${constants}\nexport function k(x: f32, i: i32, b: bool, r: u32) { return ${use}; }`;

  it.each([
    ["const A = 0.5;", "x * A", []],
    ["const A = 3;", "x * A + f32(i * A)", []],
    ["const A = 1 / 3, B = A * 2;", "x * B", []],
    ["const A = Math.sqrt(2) * Math.PI;", "x * A", []],
    ["const A = -(1 << 4) + 0xff % 7;", "i + A", []],
    ["const A = true && !false;", "b || A", []],
    ["const A = 3 > 2 ? 1 : 2;", "i + A", []],
    ["const A: f32 = 0.1;", "x * A", []],
    ["const A = f32(0.1);", "x * A", []],
    ["const A: u32 = 4000000000;", "r + A", []],
    ["const A = 4000000000;", "r + A", []],
    ["const A = [1, 2, [3, 4]];", "x * A[2][1]", []],
    ["const A = 2n ** 40n;", "i64(i) + A", []],
    ["const A: f32 = 0.1;", "i * A", ["type.operands: i * A"]],
    ["const A = 0.5;", "i * A", ["type.literal-fraction: A"]],
    ["const A: u8 = 300;", "i", ["type.literal-range: 300"]],
    ["const A: i32 = 0.5;", "i", ["type.literal-fraction: 0.5"]],
    ["const A = foo();", "x * A", ["shape.not-constant: foo()"]],
    ["const A = B; const B = 1;", "x * A", ["shape.not-constant: B"]],
    ["const [A] = [1];", "x", ["flow.initializer: [A]"]],
    ["const A = 1; const A = 2;", "x", ["name.duplicate: A"]],
    ["const k = 1;", "x", ["name.duplicate: k"]],
  ])("%s %s", (constants, use, expected) => {
    expect(complaints(kernel(constants, use))).toEqual(expected);
  });
});

describe("arrows of iterations", () => {
  it("return from branches", () => {
    expect(
      typeOf("return iterate(3, v, (t) => { if (b) return map(t, (e) => e + 1); return t; });"),
    ).toBe("Tensor<f32, [n]>");
    expect(bodyComplaints("return iterate(3, v, (t) => { if (b) return x; return t; });")).toEqual([
      "type.mismatch: x",
    ]);
  });
});
