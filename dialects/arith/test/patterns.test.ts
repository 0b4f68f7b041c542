import { func } from "@strata/func";
import { builtin, Context, expectVerified, parseModule, printOperation } from "@strata/ir";
import { applyPatternsGreedily, CanonicalPatterns } from "@strata/rewrite";
import { describe, expect, test } from "vitest";
import { arith } from "../src/index.ts";

const context = new Context([builtin, func, arith]);

/** The body of a function after canonicalization, without indentation. */
function canonical(args: string, body: string): string[] {
  const m = parseModule(context, `func.func @f(${args}) {\n${body}\nreturn\n}`);
  applyPatternsGreedily(m, new CanonicalPatterns());
  expectVerified(m);
  const lines = printOperation(m).split("\n");
  return lines.slice(2, -4).map((l) => l.trim());
}

/** A use that keeps values alive. */
const declareUse = "func.func private @use(i32)\n";

function canonicalUse(args: string, body: string): string[] {
  const text = `${declareUse}func.func @f(${args}) {\n${body}\nreturn\n}`;
  const m = parseModule(context, text);
  applyPatternsGreedily(m, new CanonicalPatterns());
  expectVerified(m);
  return printOperation(m)
    .split("\n")
    .map((l) => l.trim())
    .filter((l) => l.startsWith("%") || l.startsWith("call"));
}

describe("arithmetic is brought into canonical form", () => {
  test("chains of constants become one", () => {
    const lines = canonicalUse(
      "%x: i32",
      `%c3 = arith.constant 3 : i32
       %c4 = arith.constant 4 : i32
       %0 = arith.addi %c3, %x : i32
       %1 = arith.subi %0, %c4 : i32
       %2 = arith.addi %1, %c4 : i32
       call @use(%2) : (i32) -> ()`,
    );
    expect(lines).toEqual([
      "%c3_i32 = arith.constant 3 : i32",
      "%0 = arith.addi %arg0, %c3_i32 : i32",
      "call @use(%0) : (i32) -> ()",
    ]);
  });

  test("an unused carry leaves an addition", () => {
    const lines = canonicalUse(
      "%x: i32, %y: i32",
      `%0, %1 = arith.addui_extended %x, %y : i32, i1
       call @use(%0) : (i32) -> ()`,
    );
    expect(lines).toEqual(["%0 = arith.addi %arg0, %arg1 : i32", "call @use(%0) : (i32) -> ()"]);
  });

  test("a used carry stays", () => {
    const lines = canonicalUse(
      "%x: i32, %y: i32",
      `%0, %1 = arith.addui_extended %x, %y : i32, i1
       %2 = arith.extui %1 : i1 to i32
       call @use(%2) : (i32) -> ()`,
    );
    expect(lines[0]).toMatch(/arith.addui_extended/);
  });

  test("an unused high half leaves a multiplication", () => {
    for (const op of ["mulsi_extended", "mului_extended"]) {
      const lines = canonicalUse(
        "%x: i32, %y: i32",
        `%0, %1 = arith.${op} %x, %y : i32
         call @use(%0) : (i32) -> ()`,
      );
      expect(lines[0]).toBe("%0 = arith.muli %arg0, %arg1 : i32");
    }
  });

  test("what fails at run time is not folded", () => {
    const lines = canonicalUse(
      "%x: i32",
      `%c0 = arith.constant 0 : i32
       %c5 = arith.constant 5 : i32
       %c32 = arith.constant 32 : i32
       %0 = arith.divsi %c5, %c0 : i32
       call @use(%0) : (i32) -> ()
       %1 = arith.shli %c5, %c32 : i32
       call @use(%1) : (i32) -> ()`,
    );
    expect(lines.filter((l) => /divsi|shli/.test(l))).toHaveLength(2);
  });

  test("dead arithmetic goes, division too", () => {
    expect(canonical("%x: i32", "%0 = arith.divsi %x, %x : i32")).toEqual([]);
  });
});
