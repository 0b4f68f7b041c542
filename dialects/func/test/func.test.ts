import { arith } from "@strata/arith";
import { Interpreter } from "@strata/interpret";
import {
  builtin,
  Context,
  expectVerified,
  FunctionType,
  i32,
  ModuleOp,
  printOperation,
} from "@strata/ir";
import { applyPatternsGreedily, CanonicalPatterns } from "@strata/rewrite";
import { DiagnosticError } from "@strata/support";
import { parseVerified } from "@strata/testing";
import { describe, expect, test } from "vitest";
import { CallOp, func, FuncOp, ReturnOp } from "../src/index.ts";

const context = new Context([builtin, func, arith]);

/** The diagnostics of a text that is refused. */
function refused(text: string) {
  try {
    parseVerified(context, text);
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics;
    throw e;
  }
  throw new Error("the text is accepted");
}

describe("errors", () => {
  test.each([
    ["func.empty-body", "func.func @f() {\n}", /begins with an operation/],
    ["func.empty-body", "func.func @f(%a: i32) {\n^b:\n return\n}", /begins with an operation/],
    ["func.mixed-arguments", "func.func @f(%a: i32, i32) {\n return\n}", /either all/],
    ["func.entry-arguments", "func.func @f(i32) {\n return\n}", /takes \(i32\)/],
    ["func.public-declaration", "func.func @f()", /cannot be public/],
    [
      "func.visibility",
      '"func.func"() <{function_type = () -> (), sym_name = "f", sym_visibility = "hidden"}> ({}) : () -> ()',
      /not `hidden`/,
    ],
    [
      "func.attribute-list",
      '"func.func"() <{arg_attrs = [{}], function_type = () -> (), sym_name = "f", sym_visibility = "private"}> ({}) : () -> ()',
      /0 dictionaries/,
    ],
    ["func.attribute-prefix", "func.func private @f(i32 {noalias})", /`noalias`.*no dialect/],
    ["func.return-count", "func.func @f() -> i32 {\n return\n}", /0 operands but @f returns 1/],
    ["func.return-type", "func.func @f(%a: i64) -> i32 {\n return %a : i64\n}", /`i64` but @f/],
    ["func.unknown-callee", "func.func @f() {\n call @g() : () -> ()\n return\n}", /not defined/],
    [
      "func.call-type",
      "func.func @f() {\n call @f() : () -> i32\n return\n}",
      /of type `\(\) -> \(\)` as `\(\) -> i32`/,
    ],
    [
      "func.constant-type",
      "func.func @f() {\n %f = constant @f : () -> i32\n return\n}",
      /is `\(\) -> i32` but @f/,
    ],
    [
      "func.callee-type",
      "func.func @f(%a: i32) {\n call_indirect %a() : i32\n return\n}",
      /no|not/,
    ],
    ["parse.duplicate-attribute", 'func.func private @f() attributes {sym_name = "g"}', /twice/],
    ["ir.parent", '"func.return"() : () -> ()', /must stand inside|parent/],
  ])("%s", (code, text, message) => {
    const found = refused(text).find((d) => d.code === code);
    expect(found?.message, JSON.stringify(refused(text).map((d) => d.code))).toMatch(message);
  });
});

describe("building", () => {
  test("a function with a call", () => {
    const module = ModuleOp.create();
    const type = FunctionType.get([i32], [i32]);
    const callee = FuncOp.declare("callee", type, { visibility: "private" });
    const f = FuncOp.create("f", type);
    module.add(callee);
    module.add(f);
    const call = CallOp.to(callee, f.entry.args);
    f.entry.append(call);
    f.entry.append(ReturnOp.of({ inputs: call.outs }));
    expectVerified(module);
    expect(callee.isDeclaration).toBe(true);
    expect(f.type).toBe(type);
    expect(printOperation(module)).toBe(
      [
        "module {",
        "  func.func private @callee(i32) -> i32",
        "  func.func @f(%arg0: i32) -> i32 {",
        "    %0 = call @callee(%arg0) : (i32) -> i32",
        "    return %0 : i32",
        "  }",
        "}",
        "",
      ].join("\n"),
    );
  });
});

const calls = `
  func.func private @host(i32) -> i32
  func.func @twice(%f: (i32) -> i32, %x: i32) -> i32 {
    %0 = call_indirect %f(%x) : (i32) -> i32
    %1 = call_indirect %f(%0) : (i32) -> i32
    return %1 : i32
  }
  func.func @inc(%x: i32) -> i32 {
    %c1 = arith.constant 1 : i32
    %0 = arith.addi %x, %c1 : i32
    return %0 : i32
  }
  func.func @main(%x: i32) -> (i32, i32) {
    %f = constant @inc : (i32) -> i32
    %0 = call @twice(%f, %x) : ((i32) -> i32, i32) -> i32
    %1 = call @host(%0) : (i32) -> i32
    return %0, %1 : i32, i32
  }`;

describe("interpretation", () => {
  const module = parseVerified(context, calls);

  test("calls, function values and functions of the host", () => {
    const run = new Interpreter(module, { externals: { host: ([x]) => [(x as number) * 10] } });
    expect(run.run("main", [5])).toEqual([7, 70]);
  });

  test("a declaration without a host function is an error", () => {
    expect(() => new Interpreter(module).run("main", [5])).toThrow(/interpret.no-body.*@host/);
  });

  test("a call of a known function value becomes direct", () => {
    const m = parseVerified(
      context,
      `func.func private @g(i32) -> i32
       func.func @f(%x: i32) -> i32 {
         %f = constant @g : (i32) -> i32
         %0 = call_indirect %f(%x) : (i32) -> i32
         return %0 : i32
       }`,
    );
    applyPatternsGreedily(m, new CanonicalPatterns());
    expectVerified(m);
    expect(printOperation(m)).toContain("%0 = call @g(%arg0) : (i32) -> i32");
    expect(printOperation(m)).not.toContain("constant");
  });
});
