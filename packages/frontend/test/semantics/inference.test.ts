import { describe, expect, it } from "vitest";
import { bodyComplaints, bodyMessages, emitted, typeOf } from "./analyzing.ts";

describe("types of expressions", () => {
  it.each([
    // Literals take the type of the other operand.
    ["x + 1", "f32"],
    ["1 + y", "f64"],
    ["2 * 3", "i32"],
    ["2 * 3.0", "f64"],
    ["1 / 2", "f64"],
    ["2 ** 10", "i32"],
    ["2 ** 0.5", "f64"],
    ["4n + 1n", "i64"],
    ["w + 1n", "i64"],
    ["q + 1", "u8"],
    ["h * 2", "f16"],
    ["-1", "i32"],
    ["0xff", "i32"],
    ["1e3", "f64"],
    ["Math.PI * x", "f32"],
    ["Math.PI", "f64"],
    ["Infinity", "f64"],
    // index and i32 mix, the i32 is converted.
    ["i + j", "index"],
    ["j - i", "index"],
    ["u.shape[0] * i", "index"],
    ["j + 1", "index"],
    ["b ? i : j", "index"],
    ["b ? 1 : x", "f32"],
    // Operators.
    ["i < j", "bool"],
    ["f64(x) !== y", "bool"],
    ["!b && i === 3", "bool"],
    ["b !== (i > 2)", "bool"],
    ["~i", "i32"],
    ["~b", "bool"],
    ["i << 3", "i32"],
    ["r >>> 3", "u32"],
    ["j >> 1", "index"],
    ["i % 3", "i32"],
    ["x % 2", "f32"],
    ["w / 2n", "i64"],
    ["x ** 2", "f32"],
    ["-x", "f32"],
    ["+i", "i32"],
    // Functions.
    ["Math.sqrt(x)", "f32"],
    ["Math.sqrt(2)", "f64"],
    ["Math.abs(i)", "i32"],
    ["Math.max(i, j, 3)", "index"],
    ["Math.min(x, 0)", "f32"],
    ["Math.hypot(x, 1, 2)", "f32"],
    ["Math.pow(x, 2)", "f32"],
    ["Math.atan2(x, 1)", "f32"],
    ["Math.imul(i, 3)", "i32"],
    ["Math.clz32(q)", "i32"],
    ["Math.fround(y)", "f64"],
    ["idiv(i, 2)", "i32"],
    ["idiv(j, i)", "index"],
    ["fma(x, 2, 1)", "f32"],
    ["popcount(q)", "u8"],
    ["select(b, x, 0)", "f32"],
    ["isNaN(x)", "bool"],
    ["erf(h)", "f16"],
    // Conversions.
    ["f32(i) + x", "f32"],
    ["i64(3)", "i64"],
    ["u8(300)", "u8"],
    ["bool(x)", "bool"],
    ["index(i)", "index"],
    ["f64(0.1) + y", "f64"],
    ["u64(18446744073709551615n)", "u64"],
    // Tensors.
    ["u.at(0, i)", "f32"],
    ["u.shape[1]", "index"],
    ["map(u, (e) => e > 0)", "Tensor<bool, [n, m]>"],
    ["map(u, (e, a, c2) => a * c2)", "Tensor<i32, [n, m]>"],
    ["map(v, (e, a) => 1)", "Tensor<i32, [n]>"],
    ["map(v, (e) => e * 2)", "Tensor<f32, [n]>"],
    ["zip(v, c, (p, s, a) => p * f32(s + a))", "Tensor<f32, [n]>"],
    ["build([idiv(u.shape[0], 2), 3], (a, d) => f32(a))", "Tensor<f32, [floordiv(n, 2), 3]>"],
    ["build([], () => x)", "Tensor<f32, []>"],
    ["build(u.shape, (a, d) => 0.5)", "Tensor<f64, [n, m]>"],
    ["stencil(v, clamp, (e) => e(-1) + e(1))", "Tensor<f32, [n]>"],
    ["stencil(v, copy, (e) => e(-1))", "Tensor<f32, [n]>"],
    ["stencil([v, c], zero, (e, g, a) => g(0) + i32(a))", "Tensor<i32, [n]>"],
    ["stencil(u, constant(1), (e) => bool(e(0, 0)))", "Tensor<bool, [n, m]>"],
    ["sum(u)", "f32"],
    ["sum(u, 0)", "Tensor<f32, [m]>"],
    ["sum(u, -1)", "Tensor<f32, [n]>"],
    ["sum(v, 0)", "Tensor<f32, []>"],
    ["mean(u, 1)", "Tensor<f32, [n]>"],
    ["argmax(u)", "i32"],
    ["argmin(u, 0)", "Tensor<i32, [m]>"],
    ["any(map(u, (e) => e > 1))", "bool"],
    ["sum(10, (p) => f32(p) * x)", "f32"],
    ["max(j, (p) => p)", "index"],
    ["dot(v, v)", "f32"],
    ["reduce(c, 0, (a, e) => a ^ e)", "i32"],
    ["reduce(u, 1, 0, (a, e) => Math.max(a, e))", "Tensor<f32, [n]>"],
    ["scan(v, 0, (a, e) => a + e)", "Tensor<f32, [n]>"],
    ["scan(v, 0, (a, e) => e > 0 ? a + 1 : a)", "Tensor<i32, [n]>"],
    ["scan(c, 0n, (a, e) => a + i64(e), { exclusive: true })", "Tensor<i64, [n]>"],
    ["histogram(c, 256, (e) => e)", "Tensor<i32, [256]>"],
    ["histogram([c, v], j, (e, f) => e, (e, f) => f)", "Tensor<f32, [j]>"],
    ["iterate(3, 1, (s) => s * 2)", "i32"],
    ["iterate(3, x, (s) => s * 2)", "f32"],
    ["iterateUntil(v, (s) => map(s, (e) => e / 2), (p, s) => sum(s) < 1, 10)", "Tensor<f32, [n]>"],
  ])("%s: %s", (text, type) => {
    expect(bodyMessages(text)).toEqual([]);
    expect(typeOf(text)).toBe(type);
  });
});

describe("types of variables", () => {
  it.each([
    ["let s = 0; s = x; return s;", "f32"],
    ["let s = 0; s = s + 0.5; return s;", "f64"],
    ["let s = 0; for (let a = 0; a < 3; a++) s += a; return s;", "index"],
    ["let s = 0; s = v.at(s) > 0 ? s + 1 : s; return s;", "i32"],
    ["let s; if (b) s = x; else s = 1; return s;", "f32"],
    ["let s: i64; s = 4n; return s;", "i64"],
    ["const s: f32 = 1; return s;", "f32"],
    ["const s: i32 = j; return s;", "i32"],
    ["const s: u32 = u.shape[0]; return s;", "u32"],
    ["let s = i; s = j; return s;", "i32"],
    ["let best = -Infinity, at = 0; if (x > best) { best = x; at = j; } return at;", "index"],
    ["const f = (e) => e * 2; return f(i) + i32(f(x));", "i32"],
    ["const f = (e: f32): f64 => f64(e); return f(1);", "f64"],
    ["const [a, d] = u.shape; return a * d;", "index"],
    ["const { a, d: e } = { a: x, d: i }; return e;", "i32"],
    ["const o = { a: x, d: i }; return o.d;", "i32"],
    ["const t = [x, i]; return t[1];", "i32"],
    ["const [a, d] = iterate(3, [x, i], (e, g) => [e * 2, g + 1]); return d;", "i32"],
    ["let t = map(v, (e) => e); t = map(t, (e) => e + 1); return t;", "Tensor<f32, [n]>"],
    ["const edge = clamp; return stencil(v, edge, (e) => e(1));", "Tensor<f32, [n]>"],
    ["const z = map(v, (e) => 0); return zip(z, v, (e, f) => e + f);", "Tensor<f32, [n]>"],
    [
      "let s: Tensor<f32, [n]>; if (b) s = v; else s = map(v, (e) => -e); return s;",
      "Tensor<f32, [n]>",
    ],
    ["const k: Tensor<f32, [Dim]> = build([3], () => x); return k;", "Tensor<f32, [3]>"],
    ["return { a: x, t: v };", "{ a: f32, t: Tensor<f32, [n]> }"],
  ])("%s → %s", (body, type) => {
    expect(bodyMessages(body)).toEqual([]);
    expect(typeOf(body)).toBe(type);
  });

  it("positions are stored as the declared integer type", () => {
    const text = (type: string): string =>
      `export function k<n extends Dim>(v: Tensor<f32, [n]>): Tensor<${type}, [n]> {
        return map(v, (e, a) => a);
      }`;
    expect(emitted(text("i32"))).toContain("-> tensor<?xi32>");
    expect(emitted(text("i64"))).toContain("-> tensor<?xi64>");
    expect(emitted(text("u32"))).toContain("-> tensor<?xi32>");
  });
});

describe("type errors", () => {
  it.each([
    [
      "x + y",
      "type.operands: x + y",
      '"+" takes two operands of one type, these are f32 and f64 (convert it: `f32(y)`)',
    ],
    ["x + i", "type.operands: x + i", "`f32(i)`"],
    ["i * 0.5", "type.literal-fraction: 0.5", "0.5 is no i32"],
    ["w + 1", "type.operands: w + 1", "write it as a bigint: 1n"],
    ["x + 1n", "type.operands: x + 1n", "write it as a number: 1"],
    ["q + 300", "type.literal-range: 300", "300 does not fit in u8 (0 … 255)"],
    ["r + -1", "type.literal-range: -1", "-1 does not fit in u32"],
    ["i + 4294967295", "type.literal-range: 4294967295", "4294967295 does not fit in i32"],
    ["i / 2", "type.integer-division: i / 2", "idiv(a, b)"],
    ["j / i", "type.integer-division: j / i", "idiv(a, b)"],
    ["i ** 2", "type.integer-power: i ** 2", "multiply"],
    ["b + b", "type.operand: b + b", '"+" takes numbers, this is bool'],
    ["x & 1", "type.operand: x & 1", '"&" takes integers or bool, this is f32'],
    ["x << 1", "type.operand: x << 1", "takes integers"],
    ["b < b", "type.operand: b < b", "takes numbers"],
    ["!i", "type.not-bool: i", "(compare it: `x !== 0`)"],
    ["i && b", "type.not-bool: i", "compare it"],
    ["i ? x : x", "type.not-bool: i", "compare it"],
    ["b ? x : v", "type.mismatch: v", "the other side is f32, this is Tensor<f32, [n]>"],
    ["v + 1", "type.tensor-operand: v", "work on the elements"],
    ["-v", "type.tensor-operand: v", "work on the elements"],
    ["Math.sqrt(i)", "type.operand: i", "convert it: `f32(i)`"],
    ["Math.sqrt(v)", "type.tensor-operand: v", "work on the elements"],
    ["Math.max(x, y)", "type.operands: Math.max(x, y)", "one type"],
    ["Math.imul(w, w)", "type.operand: w", "i32 or u32"],
    ["Math.sqrt(x, x)", "call.arguments: Math.sqrt(x, x)", "takes 1 argument, 2 are given"],
    ["Math.random()", "name.unknown-math: Math.random()", "deterministic"],
    ["Math.sqroot(x)", "name.unknown-math: Math.sqroot(x)", 'did you mean "sqrt"?'],
    ["Math.sqrt", "type.not-a-value: Math.sqrt", "not a value"],
    ["f32(v)", "type.tensor-operand: v", "work on the elements"],
    ["f32(x, x)", "call.arguments: f32(x, x)", "takes 1 argument"],
    ["v.at(x)", "type.operand: x", "i32(Math.floor(x))"],
    ["v.at(0, 1)", "call.arguments: v.at(0, 1)", "takes 1 index (the tensor's rank), 2 are given"],
    ["v[0]", "type.index: v[0]", "read elements with `t.at(i, j)`"],
    ["v.length", "name.unknown-property: length", "it has `at`, `shape`"],
    ["v.shapes", "name.unknown-property: shapes", 'did you mean "shape"?'],
    ["x.foo", "name.unknown-property: foo", "a scalar has no"],
    ["u.shape[2]", "shape.axis: 2", "there is no axis 2"],
    ["u.shape[i]", "shape.not-constant: i", "must be known"],
    ["x(1)", "type.not-callable: x", "cannot be called"],
    ["map(x, (e) => e)", "pattern.tensor: x", "map takes a tensor, this is f32"],
    ["map(v, x)", "pattern.arrow: x", "arrow function"],
    [
      "map(v, (e, a, d) => e)",
      "pattern.parameters: (e, a, d) => e",
      "at most 2 parameters here, it has 3",
    ],
    ["map(v, (e) => v)", "pattern.scalar-result: v", "gives a scalar"],
    ["map(v)", "call.arguments: map(v)", "map takes a tensor and an arrow, 1 is given"],
    ["zip(v, u, (a, d) => a)", "shape.rank: u", "has rank 1, this has rank 2"],
    ["map(u, (e) => sum(v))", "pattern.in-body: sum(v)", "arrow of map may not"],
    [
      "map(u, (e) => sum(map(v, (f) => f)))",
      "pattern.in-body: sum(map(v, (f) => f))",
      "before, in a `const`",
    ],
    ["build(3, (a) => a)", "type.operand: 3", "a list of extents first"],
    ["build([x], (a) => a)", "type.operand: x", "an extent takes an integer"],
    ["build([-1], (a) => a)", "shape.negative: -1", "may not be negative"],
    ["build([1,1,1,1,1,1,1], () => x)", "shape.rank-limit: [1,1,1,1,1,1,1]", "rank 0 to 6"],
    ["stencil(v, x, (e) => e(0))", "pattern.boundary: x", "write clamp, zero"],
    [
      "stencil(v, clamp, (e) => e(i))",
      "shape.not-constant: i",
      "counters of loops with literal bounds",
    ],
    ["stencil(v, clamp, (e) => e(0, 0))", "call.arguments: e(0, 0)", "takes 1 offset"],
    ["stencil(v, clamp, (e) => e)", "type.not-a-value: e", "the accessor e is not a value"],
    ["stencil(v, copy, (e) => 1n)", "type.mismatch: 1n", "is f32"],
    ["stencil(v, constant(y), (e) => e(0))", "type.mismatch: y", "the boundary's value is f32"],
    ["sum(u, 2)", "shape.axis: 2", "axes are -2 to 1"],
    ["sum(u, i)", "shape.not-constant: i", "an axis must be known"],
    ["any(v)", "type.operand: v", "any takes booleans"],
    ["mean(c)", "type.operand: c", "mean takes floats"],
    [
      "sum(map(v, (e) => e > 0))",
      "type.operand: map(v, (e) => e > 0)",
      "takes numbers, this is bool",
    ],
    ["reduce(v, 0n, (a, e) => a)", "type.mismatch: 0n", "write it as a number: 0"],
    ["reduce(v, 0, (a, e) => i)", "type.mismatch: i", "is f32, this is i32"],
    ["scan(v, 0, (a, e) => a + e, { axs: 1 })", "pattern.option: 1", 'did you mean "axis"?'],
    ["scan(v, 0, (a, e) => a + e, { axis: 1 })", "shape.axis: 1", "there is no axis 1"],
    ["scan(v, 0, (a, e) => a + e, { reverse: b })", "shape.not-constant: b", "`true` or `false`"],
    ["histogram(v, 4, (e) => e)", "type.operand: e", "a bin takes an integer"],
    [
      "iterate(3, v, (s) => sum(s))",
      "type.mismatch: sum(s)",
      "the next state of iterate is Tensor<f32, [n]>",
    ],
    ["iterateUntil(x, (s) => s, (p, s) => s, 3)", "type.not-bool: s", "condition of iterateUntil"],
    ["dot(v, c)", "type.mismatch: c", "is f32, this is i32"],
    ["clamp", "type.not-a-value: clamp", "boundary clamp is not a value"],
    ["(e) => e", "type.not-a-value: (e) => e", "arrow function is not a value"],
    ["map", "type.not-a-value: map", "not a value"],
    ["foo", "name.unknown: foo", "nothing here is called"],
    ["stencill(v, clamp, (e) => e(0))", "name.unknown: stencill", 'did you mean "stencil"?'],
    ["n + 1", "name.dimension: n", "read the extent from a tensor"],
    ["map<f32>(v, (e) => e)", "type.call-arguments: map<f32>(v, (e) => e)", "remove them"],
    ["(i = 3) + 1", "flow.assignment-value: i = 3", "statement"],
    [
      "const s: f64 = x; return s;",
      "type.mismatch: x",
      '"s" is f64, this is f32 (convert it: `f64(x)`)',
    ],
    ["const s: number = 1; return s;", "type.inexact: number", "write the exact type"],
    ["const s: floot = 1; return s;", "name.unknown-type: floot", "there is no type"],
    [
      "const s: Tensor<f32> = v; return s;",
      "call.arguments: Tensor<f32>",
      "an element type and a shape",
    ],
    ["const s: Tensor<index, [n]> = v; return s;", "type.operand: index", "stored as i32 or i64"],
    ["const s: Tensor<f32, [k]> = v; return s;", "name.unknown: k", "nothing here is called"],
    ["let s: f32 = 0; s = y; return s;", "type.mismatch: y", '"s" is f32, this is f64'],
    ["return { a: x, a: y };", "name.duplicate: a", "twice"],
    ["return [x, y];", "kernel.result: k", "return an object"],
    ["return {};", "kernel.result: k", "return an object"],
    ["const [a, d] = x; return a;", "flow.pattern: [a, d]", "does not fit f32"],
    ["const { a } = v; return a;", "name.unknown-property: a", "has no"],
  ])("%s", (body, complaint, message) => {
    expect(bodyComplaints(body)).toEqual([complaint]);
    expect(bodyMessages(body)[0]).toContain(message);
  });

  it("are several at a time and do not follow from each other", () => {
    const body = `
      const a = x + y;
      const d = a * 2 + foo;
      let s = d;
      s += w;
      const t = map(v, (e) => e + a + bar);
      const z = map(v, (e) => e + w);
      return zip(t, z, (e, f) => e + f);`;
    expect(bodyComplaints(body)).toEqual([
      "type.operands: x + y",
      "name.unknown: foo",
      "name.unknown: bar",
      "type.operands: e + w",
    ]);
  });
});
