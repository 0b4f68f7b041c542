import { describe, expect, it } from "vitest";
import {
  DiagnosticError,
  DiagnosticSink,
  SourceFile,
  bug,
  closest,
  diagnosticToJSON,
  didYouMean,
  editDistance,
  formatSpan,
  joinSpans,
  renderDiagnostic,
  userError,
} from "@strata/support";

const file = new SourceFile("a.kernel.ts", "let x = 1;\n\tlet y = 日本 + z;\r\nlast");

describe("SourceFile", () => {
  it("locates offsets and gives lines", () => {
    expect(file.lineCount).toBe(3);
    expect(file.locate(0)).toEqual({ line: 1, column: 1 });
    expect(file.locate(11)).toEqual({ line: 2, column: 1 });
    expect(file.locate(1000)).toEqual({ line: 3, column: 5 });
    expect(file.lineText(2)).toBe("\tlet y = 日本 + z;");
    expect(file.lineText(3)).toBe("last");
    expect(file.lineText(9)).toBe("");
  });

  it("offsetAt undoes locate", () => {
    for (let at = 0; at < file.text.length; at++) {
      if (file.text[at] === "\n" || file.text[at] === "\r") continue;
      const { line, column } = file.locate(at);
      expect(file.offsetAt(line, column)).toBe(at);
    }
  });

  it("takes an empty text and lone carriage returns", () => {
    expect(new SourceFile("e", "").locate(0)).toEqual({ line: 1, column: 1 });
    expect(new SourceFile("r", "a\rb").locate(2)).toEqual({ line: 2, column: 1 });
  });

  it("joins spans", () => {
    expect(joinSpans(file.span(3, 4), file.span(1, 2))).toMatchObject({ start: 1, end: 4 });
    expect(formatSpan(file.span(12))).toBe("a.kernel.ts:2:2");
  });
});

describe("renderDiagnostic", () => {
  it("shows the line with a caret, notes and help", () => {
    const at = file.text.indexOf("日");
    const diagnostic = userError("kernel.unknown-name", 'no "日本" here', {
      span: file.span(at, at + 2),
      notes: [{ message: "x is declared here", span: file.span(4, 5) }, { message: "plain" }],
      hint: "declare it",
    });
    expect(renderDiagnostic(diagnostic)).toBe(
      [
        'error[kernel.unknown-name]: no "日本" here',
        " --> a.kernel.ts:2:10",
        "  |",
        "2 |     let y = 日本 + z;",
        "  |             ^^^^",
        "  = note: x is declared here",
        " --> a.kernel.ts:1:5",
        "  |",
        "1 | let x = 1;",
        "  |     ^",
        "  = note: plain",
        "  = help: declare it",
      ].join("\n"),
    );
  });

  it("colours on demand and strips control characters from sources", () => {
    const bad = new SourceFile("b", "a\u001b[31mb");
    const diagnostic = bug("x.y", "broken", { span: bad.span(0, 1) });
    const plain = renderDiagnostic(diagnostic);
    expect(plain).not.toContain("\u001b");
    expect(plain).toContain("this is a bug in Strata");
    expect(renderDiagnostic(diagnostic, { colour: true })).toContain("\u001b[1;31m");
  });

  it("cuts very long lines around the span", () => {
    const long = new SourceFile("l", `${"a".repeat(5000)}HERE${"b".repeat(5000)}`);
    const text = renderDiagnostic(userError("x.y", "m", { span: long.span(5000, 5004) }));
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(200);
    expect(text).toContain("^^^^");
    expect(text).toContain("HERE");
  });

  it("gives plain data", () => {
    const json = diagnosticToJSON(userError("x.y", "m", { span: file.span(4, 5), hint: "h" }));
    expect(JSON.parse(JSON.stringify(json))).toEqual({
      code: "x.y",
      severity: "error",
      kind: "user",
      message: "m",
      span: { file: "a.kernel.ts", line: 1, column: 5, endLine: 1, endColumn: 6 },
      notes: [],
      hint: "h",
    });
  });
});

describe("DiagnosticSink", () => {
  it("collects, counts and throws", () => {
    const sink = new DiagnosticSink(2);
    sink.throwIfErrors();
    sink.error("a.b", "one");
    sink.error("a.b", "two");
    sink.error("a.b", "three");
    expect(sink.errorCount).toBe(3);
    expect(sink.diagnostics).toHaveLength(2);
    expect(() => sink.throwIfErrors()).toThrow(DiagnosticError);
    expect(() => sink.throwIfErrors()).toThrow("error[a.b]: one\nerror[a.b]: two");
  });
});

describe("suggestions", () => {
  it("counts edits", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("ab", "ba")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
    expect(editDistance("abcdef", "uvwxyz", 2)).toBe(3);
  });

  it("finds near names only", () => {
    const names = ["stencil", "scan", "sum", "map", "Tensor"];
    expect(closest("stencill", names)).toBe("stencil");
    expect(closest("tensor", names)).toBe("Tensor");
    expect(closest("snac", names)).toBeUndefined();
    expect(closest("scna", names)).toBe("scan");
    expect(closest("q", ["x", "y"])).toBeUndefined();
    expect(closest("x", ["X"])).toBe("X");
    expect(didYouMean("mpa", names)).toBe('did you mean "map"?');
    expect(didYouMean("zzzz", names)).toBeUndefined();
  });
});
