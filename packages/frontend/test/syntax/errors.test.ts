import { describe, expect, it } from "vitest";
import { bodyComplaints, complaints, parse } from "./parsing.ts";

describe("syntax errors", () => {
  it.each([
    ["const x = 1 +;", 'expected an expression, found ";"'],
    ["foo(a b);", 'expected ")", found "b"'],
    ["if x { }", 'expected "(", found "x"'],
    ["const { a b } = c;", 'expected "}", found "b"'],
    ["const 1 = 2;", 'expected a name, found "1"'],
    ["let x: = 1;", 'expected a type, found "="'],
    ["const z = 3 4;", 'expected ";" or a new line'],
    ["const z = -x ** 2;", '"-" before a power needs parentheses'],
    ["const z = 08;", '"08" is no number'],
    ["const z = 1_;", '"1_" is no number'],
    ["const z = 1.5n;", '"1.5n" is no number'],
  ])("%s", (text, message) => {
    const { diagnostics } = parse(`function f() { ${text}\n}`);
    expect(diagnostics.map((one) => one.message)).toEqual([message]);
  });

  it("are reported several at a time", () => {
    const text = [
      "function f() {",
      "  const a = 1 +;",
      "  const b = 2;",
      "  if (a) { const c = ; return }",
      "  const d = foo(1 2);",
      "}",
      "export function g() { return 1 + * 2; }",
      "function h() { return 3; }",
    ].join("\n");
    expect(complaints(text)).toEqual([
      "syntax.expected 2:16 ;",
      "syntax.expected 4:22 ;",
      "syntax.expected 5:19 2",
      "syntax.expected 7:34 *",
    ]);
    expect(parse(text).module.functions.map(({ name }) => name.text)).toEqual(["f", "g", "h"]);
  });

  it("name the bracket that is not closed, and nothing behind it", () => {
    expect(complaints("function f() { foo(1, 2; }\nfunction g() { ) }")).toEqual([
      "syntax.open-bracket 1:19 (",
      "syntax.stray-bracket 2:16 )",
    ]);
    expect(complaints("function f() {\n  if (x) {\n    y = 1;\n}\n")).toEqual([
      "syntax.open-bracket 1:14 {",
    ]);
    expect(complaints("function f() { return [1, 2); }")).toEqual([
      "syntax.stray-bracket 1:28 )",
      "syntax.open-bracket 1:23 [",
    ]);
  });

  it("find open comments and strings, and characters that are none of the language's", () => {
    expect(complaints("function f() { return 1; } /* open\nclass")).toEqual([
      "syntax.open-comment 1:28 /*",
    ]);
    expect(bodyComplaints("const x = 'open")[0]).toBe("syntax.open-string '");
    expect(bodyComplaints("const x = 1 \\ 2;")[0]).toBe("syntax.character \\");
  });

  it("point behind the last token at the end of the file", () => {
    expect(complaints("export function f()")).toEqual(["subset.overload 1:1 export function f()"]);
    expect(complaints("type A =")).toEqual(["syntax.expected 1:9"]);
  });

  it("do not end the process on deep nesting", () => {
    const deep = `function f() { return ${"(".repeat(20_000)}1${")".repeat(20_000)}; }`;
    expect(complaints(deep)).toEqual(["syntax.too-deep 1:1"]);
    expect(complaints("function f() { return 1; }")).toEqual([]);
    const long = `function f() { return ${"1 + ".repeat(50_000)}1; }`;
    expect(complaints(long)).toEqual([]);
  });

  it("say nothing of an empty file or a comment", () => {
    expect(complaints("")).toEqual([]);
    expect(complaints("// only a comment\n")).toEqual([]);
  });
});
