import { describe, expect, it } from "vitest";
import { DiagnosticSink, SourceFile } from "@strata/support";
import { parseCaptured, type Statement } from "@strata/frontend";
import { KernelParser } from "../../src/syntax/grammar.ts";
import { printExpression, printFunction, printStatement } from "../../src/syntax/print.ts";
import { parse } from "./parsing.ts";

function statements(text: string): readonly Statement[] {
  const { module, diagnostics } = parse(`function f() {\n${text}\n}`);
  expect(diagnostics).toEqual([]);
  return module.functions[0]?.body.statements ?? [];
}

/** One statement, printed with all its parentheses decided anew. */
function reprint(text: string): string {
  return statements(text)
    .map((one) => printStatement(one))
    .join(" ");
}

describe("the grammar", () => {
  it("is unambiguous as far as Chevrotain can tell", () => {
    expect(() => new KernelParser({ validate: true })).not.toThrow();
  });

  it("reads a module", () => {
    const { module, diagnostics } = parse(`
import { stencil, clamp as edge, type Tensor, type Dim } from "@strata/kernel";

type Image<h extends Dim, w extends Dim> = Tensor<u8, [h, w]>;
const W = 0.25, N = 3;

/**
 * One step.
 *
 *   indented
 */
export function heat<n extends Dim>(u: Tensor<f32, [n, 3]>, a: f32): { v: Image<n, 3>; s: f32 } {
  return helper(u);
}

/* no doc */
function helper(u) { return u }
`);
    expect(diagnostics).toEqual([]);
    const [heat, helper] = module.functions;
    expect(heat?.doc).toBe("One step.\n\n  indented");
    expect(heat?.exported).toBe(true);
    expect(helper?.doc).toBeUndefined();
    expect(helper?.exported).toBe(false);
    expect(
      module.imports[0]?.names.map(({ imported, local }) => [imported.text, local.text]),
    ).toEqual([
      ["stencil", "stencil"],
      ["clamp", "edge"],
      ["Tensor", "Tensor"],
      ["Dim", "Dim"],
    ]);
    expect(module.aliases.map(({ name, params }) => [name.text, params.length])).toEqual([
      ["Image", 2],
    ]);
    expect(heat === undefined ? "" : printFunction(heat)).toMatchInlineSnapshot(`
      "export function heat<n extends Dim>(u: Tensor<f32, [n, 3]>, a: f32): { v: Image<n, 3>; s: f32 } {
        return helper(u);
      }"
    `);
  });

  it.each([
    ["a + b * c - d", "a + b * c - d;"],
    ["(a + b) * c", "(a + b) * c;"],
    ["a - (b - c)", "a - (b - c);"],
    ["(a - b) - c", "a - b - c;"],
    ["a ** b ** c", "a ** b ** c;"],
    ["(a ** b) ** c", "(a ** b) ** c;"],
    ["(-a) ** 2", "(-a) ** 2;"],
    ["-(a ** 2)", "-(a ** 2);"],
    ["a >> b >>> c << d", "a >> b >>> c << d;"],
    ["a > b == c >= d", "a > b == c >= d;"],
    ["a & b | c ^ d && e || f", "a & b | c ^ d && e || f;"],
    ["a || b && c", "a || b && c;"],
    ["a ? b : c ? d : e", "a ? b : c ? d : e;"],
    ["(a ? b : c) ? d : e", "(a ? b : c) ? d : e;"],
    ["a ? (b) : c", "a ? b : c;"],
    ["!a && ~b + -c", "!a && ~b + -c;"],
    ["- -a + + +b", "- -a + + +b;"],
    ["a.b.c(d)(e)[0].f", "a.b.c(d)(e)[0].f;"],
    ["x = y = z", "x = y = z;"],
    ["x >>>= 1", "x >>>= 1;"],
    ["x >>= y >> 1", "x >>= y >> 1;"],
    ["(0, f)(x)", "f(x);"],
    ["f((x) => x + 1, y => ({ y }), () => [])", "f((x) => x + 1, (y) => ({ y }), () => []);"],
    [
      "f((x: f32, i: index): f32 => { return x; })",
      "f((x: f32, i: index): f32 => {\n  return x;\n});",
    ],
    ["c ? (x): f32 => x : d", "c ? (x): f32 => x : d;"],
    ["f<f32, [n, 3]>(x)", "f<f32, [n, 3]>(x);"],
    ["a < b", "a < b;"],
    [
      "0x1F + 0b11 + 0o17 + 1_000 + .5 + 1. + 1e-3 + 10n",
      "0x1F + 0b11 + 0o17 + 1_000 + .5 + 1. + 1e-3 + 10n;",
    ],
    ["x++; --y", "x++; --y;"],
    [
      "let a = 1, b: f32, { c, d: e } = f(), [g, , h] = k",
      "let a = 1, b: f32, { c, d: e } = f(), [g, , h] = k;",
    ],
    ["const f = (x) => x", "const f = (x) => x;"],
    ["for (;;) break", "for (;;) {\n  break;\n}"],
    ["for (i = 0; i < 3; i += 2) {}", "for (i = 0; i < 3; i += 2) {}"],
    ["do x++; while (x < 3)", "do {\n  x++;\n} while (x < 3);"],
    [
      "if (a) b = 1; else if (c) d = 2; else { e = 3 }",
      "if (a) {\n  b = 1;\n} else if (c) {\n  d = 2;\n} else {\n  e = 3;\n}",
    ],
    ["{ let x = 1 }", "{\n  let x = 1;\n}"],
    [";", ";"],
    ["({ a: 1 })", "({ a: 1 });"],
    ["const async = 1, of = 2, type = async + of", "const async = 1, of = 2, type = async + of;"],
    ["const x = { if: 1, class: 2 }.if", "const x = { if: 1, class: 2 }.if;"],
  ])("reads %s", (text, expected) => {
    expect(reprint(text)).toBe(expected);
    expect(reprint(expected)).toBe(expected);
  });

  it("supplies semicolons at line ends as JavaScript does", () => {
    expect(reprint("a = b\nc = d")).toBe("a = b; c = d;");
    expect(reprint("a = b\n(c)")).toBe("a = b(c);");
    expect(reprint("return\na = 1")).toBe("return; a = 1;");
    expect(reprint("a\n++\nb")).toBe("a; ++b;");
    expect(reprint("do { } while (x) y = 1")).toBe("do {} while (x); y = 1;");
    expect(reprint("if (a) return; else x = 1")).toContain("else");
    expect(reprint("const f = () => { x = 1 }\nconst g = 2")).toContain("const g = 2;");
  });

  it("gives nodes the places they have in the text", () => {
    const text = "function f() { return a.at(i + 1) * (b - c); }";
    const { module } = parse(text);
    const [only] = module.functions[0]?.body.statements ?? [];
    if (only?.kind !== "return" || only.value?.kind !== "binary") return expect.fail("a product");
    const slice = ({ start, end }: { start: number; end: number }): string =>
      text.slice(start, end);
    expect(slice(only)).toBe("return a.at(i + 1) * (b - c);");
    expect(slice(only.value.left)).toBe("a.at(i + 1)");
    expect(slice(only.value.right)).toBe("b - c");
    expect(text[only.value.opStart]).toBe("*");
  });
});

describe("captured functions", () => {
  function captured(text: string): string {
    const sink = new DiagnosticSink();
    const fn = parseCaptured(new SourceFile("captured", text), sink);
    expect(sink.diagnostics.map(({ message }) => message)).toEqual([]);
    if (fn === undefined) return expect.fail("a function");
    const { body } = fn;
    const shown = body.kind === "block" ? printStatement(body) : printExpression(body);
    return `${fn.name.text}/${fn.params.length} ${shown}`;
  }

  it("are arrows, functions and methods", () => {
    expect(captured("(u, a) => map(u, (x) => x * a)")).toBe("kernel/2 map(u, (x) => x * a)");
    expect(captured("x => { return x }")).toBe("kernel/1 {\n  return x;\n}");
    expect(captured("function twice(u) { return u; }")).toBe("twice/1 {\n  return u;\n}");
    expect(captured("function (u) { return u; }")).toBe("kernel/1 {\n  return u;\n}");
    expect(captured("twice(u, v) { return u; }")).toBe("twice/2 {\n  return u;\n}");
  });

  it("refuse what is no function", () => {
    for (const text of ["class A {}", "1 + 2", "x => x; y", "function f( {", "[native code]"]) {
      const sink = new DiagnosticSink();
      parseCaptured(new SourceFile("captured", text), sink);
      expect(sink.hasErrors).toBe(true);
    }
  });

  it("refuse asynchronous functions and generators", () => {
    for (const text of [
      "async (x) => x",
      "async function f() {}",
      "function* f() {}",
      "async f() {}",
    ]) {
      const sink = new DiagnosticSink();
      parseCaptured(new SourceFile("captured", text), sink);
      expect(sink.diagnostics.map(({ code }) => code)[0]).toMatch(/subset\.(async|generator)/);
    }
  });
});
