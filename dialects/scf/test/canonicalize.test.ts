import { canonicalText } from "@strata/testing";
import { describe, expect, test } from "vitest";
import { context } from "./context.ts";

const signature = "(%c: i1, %n: i32, %x: i32, %y: i32)";

/** The lines of the first function of a text in canonical form. */
function canonicalLines(text: string, inputs = 20): string[] {
  const all = `${text}\nfunc.func private @effect()`;
  const { lines } = canonicalText(context, all, inputs);
  return lines.slice(0, lines.findIndex((l) => l.startsWith("return")) + 1);
}

/** The body of a function in canonical form; run on random inputs before and after. */
function canonical(results: string, body: string): string[] {
  const names = ["%c", "%n", "%x", "%y"];
  return canonicalLines(`func.func @f${signature}${results} {\n${body}\n}`).map((l) =>
    l.replaceAll(/%arg([0-3])/g, (_, i) => names[Number(i)]!),
  );
}

const constants = `%c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c7 = arith.constant 7 : index
  %true = arith.constant true
  %false = arith.constant false`;

describe("counted loops", () => {
  test("without iterations", () => {
    const body = `${constants}
      %0 = scf.for %i = %c4 to %c1 step %c1 iter_args(%a = %x) -> (i32) {
        %s = arith.addi %a, %y : i32
        scf.yield %s : i32
      }
      return %0 : i32`;
    expect(canonical(" -> i32", body)).toEqual(["return %x : i32"]);
  });

  test("of one iteration", () => {
    const body = `${constants}
      %0 = scf.for %i = %c4 to %c7 step %c4 iter_args(%a = %x) -> (i32) {
        %k = arith.index_cast %i : index to i32
        %s = arith.muli %a, %y : i32
        %t = arith.addi %s, %k : i32
        scf.yield %t : i32
      }
      return %0 : i32`;
    expect(canonical(" -> i32", body)).toEqual([
      "%c4_i32 = arith.constant 4 : i32",
      "%0 = arith.muli %x, %y : i32",
      "%1 = arith.addi %0, %c4_i32 : i32",
      "return %1 : i32",
    ]);
  });

  test("of more iterations stay", () => {
    const body = `${constants}
      %0 = scf.for %i = %c0 to %c7 step %c4 iter_args(%a = %x) -> (i32) {
        %s = arith.muli %a, %y : i32
        scf.yield %s : i32
      }
      return %0 : i32`;
    expect(canonical(" -> i32", body).some((l) => l.includes("scf.for"))).toBe(true);
  });

  test("whose next value would wrap around stay", () => {
    const body = `%low = arith.constant 100 : i8
      %high = arith.constant 120 : i8
      %step = arith.constant 100 : i8
      scf.for %i = %low to %high step %step : i8 {
        func.call @effect() : () -> ()
      }
      return`;
    const lines = canonicalLines(`func.func @f() {\n${body}\n}`, 0);
    expect(lines.some((l) => l.includes("scf.for"))).toBe(true);
  });

  test("do not carry what does not change or what nobody reads", () => {
    const body = `${constants}
      %0:3 = scf.for %i = %c0 to %c7 step %c1 iter_args(%a = %x, %b = %y, %d = %n) -> (i32, i32, i32) {
        %s = arith.addi %a, %b : i32
        scf.yield %s, %b, %s : i32, i32, i32
      }
      return %0#0, %0#1 : i32, i32`;
    expect(canonical(" -> (i32, i32)", body).slice(-5)).toEqual([
      "%0 = scf.for %arg4 = %c0 to %c7 step %c1 iter_args(%arg5 = %x) -> (i32) {",
      "%1 = arith.addi %arg5, %y : i32",
      "scf.yield %1 : i32",
      "}",
      "return %0, %y : i32, i32",
    ]);
  });
});

describe("conditions", () => {
  test("that are known", () => {
    const body = `${constants}
      %0 = scf.if %true -> (i32) {
        %s = arith.addi %x, %y : i32
        scf.yield %s : i32
      } else {
        scf.yield %y : i32
      }
      scf.if %false {
        func.call @effect() : () -> ()
      }
      return %0 : i32`;
    expect(canonical(" -> i32", body)).toEqual(["%0 = arith.addi %x, %y : i32", "return %0 : i32"]);
  });

  test("that choose values become selects; unread results go", () => {
    const body = `%0:3 = scf.if %c -> (i32, i32, i32) {
        %s = arith.addi %x, %y : i32
        scf.yield %x, %n, %s : i32, i32, i32
      } else {
        scf.yield %y, %n, %y : i32, i32, i32
      }
      return %0#0, %0#1 : i32, i32`;
    expect(canonical(" -> (i32, i32)", body)).toEqual([
      "%0 = arith.select %c, %x, %y : i32",
      "return %0, %n : i32, i32",
    ]);
  });

  test("are known inside", () => {
    const body = `%0 = scf.if %c -> (i32) {
        %s = arith.select %c, %x, %y : i32
        %t = arith.addi %s, %n : i32
        scf.yield %t : i32
      } else {
        %s = arith.select %c, %x, %y : i32
        %t = arith.muli %s, %n : i32
        scf.yield %t : i32
      }
      return %0 : i32`;
    expect(canonical(" -> i32", body)).toEqual([
      "%0 = scf.if %c -> (i32) {",
      "%1 = arith.addi %x, %n : i32",
      "scf.yield %1 : i32",
      "} else {",
      "%2 = arith.muli %y, %n : i32",
      "scf.yield %2 : i32",
      "}",
      "return %0 : i32",
    ]);
  });

  test("that are negated change sides; nested ones join", () => {
    const body = `%true = arith.constant true
      %not = arith.xori %c, %true : i1
      %d = arith.cmpi slt, %x, %y : i32
      %0 = scf.if %not -> (i32) {
        %s = arith.addi %x, %n : i32
        scf.yield %s : i32
      } else {
        %s = arith.muli %x, %n : i32
        scf.yield %s : i32
      }
      return %0 : i32`;
    expect(canonical(" -> i32", body).filter((l) => /arith\.(addi|muli)|else|if/.test(l))).toEqual([
      "%0 = scf.if %c -> (i32) {",
      "%1 = arith.muli %x, %n : i32",
      "} else {",
      "%2 = arith.addi %x, %n : i32",
    ]);
    const nested = `func.func @f(%a: i1, %b: i1) {
      scf.if %a {
        scf.if %b {
          func.call @effect() : () -> ()
        } else {
        }
      } else {
      }
      return
    }`;
    expect(canonicalLines(nested, 0)).toEqual([
      "%0 = arith.andi %arg0, %arg1 : i1",
      "scf.if %0 {",
      "func.call @effect() : () -> ()",
      "}",
      "return",
    ]);
  });

  test("of a switch", () => {
    const body = `${constants}
      %0:2 = scf.index_switch %c4 -> i32, i32
      case 4 {
        scf.yield %x, %n : i32, i32
      }
      default {
        scf.yield %y, %n : i32, i32
      }
      return %0#0 : i32`;
    expect(canonical(" -> i32", body)).toEqual(["return %x : i32"]);
  });
});

describe("other loops", () => {
  test("a while that never goes on runs its first region", () => {
    const body = `%false = arith.constant false
      %0 = scf.while (%a = %x) : (i32) -> i32 {
        %s = arith.addi %a, %y : i32
        scf.condition(%false) %s : i32
      } do {
      ^bb0(%b: i32):
        scf.yield %b : i32
      }
      return %0 : i32`;
    expect(canonical(" -> i32", body)).toEqual(["%0 = arith.addi %x, %y : i32", "return %0 : i32"]);
  });

  test("a while carries only what changes", () => {
    const body = `%c1 = arith.constant 1 : i32
      %c9 = arith.constant 9 : i32
      %0:3 = scf.while (%i = %c1, %a = %x) : (i32, i32) -> (i32, i32, i1) {
        %more = arith.cmpi ult, %i, %c9 : i32
        scf.condition(%more) %i, %a, %more : i32, i32, i1
      } do {
      ^bb0(%k: i32, %b: i32, %t: i1):
        %d = arith.select %t, %c1, %y : i32
        %next = arith.addi %k, %d : i32
        scf.yield %next, %b : i32, i32
      }
      return %0#0, %0#1, %0#2 : i32, i32, i1`;
    const lines = canonical(" -> (i32, i32, i1)", body);
    expect(lines.find((l) => l.includes("scf.while"))).toContain(": (i32) -> i32 {");
    expect(lines.at(-1)).toBe("return %0, %x, %false : i32, i32, i1");
    expect(lines.some((l) => l.includes("arith.select"))).toBe(false);
  });

  test("dimensions of one iteration go", () => {
    const body = `%m: memref<4x4xi32>, %i: index) {
      ${constants}
      scf.parallel (%a, %b) = (%c0, %c1) to (%i, %c4) step (%c1, %c7) {
        memref.store %x, %m[%a, %b] : memref<4x4xi32>
        scf.reduce
      }
      return`;
    const text = `func.func @f(%x: i32, ${body}\n}`;
    expect(canonicalLines(text, 0).slice(2)).toEqual([
      "scf.parallel (%arg3) = (%c0) to (%arg2) step (%c1) {",
      "memref.store %arg0, %arg1[%arg3, %c1] : memref<4x4xi32>",
      "scf.reduce",
      "}",
      "return",
    ]);
  });

  test("a parallel loop of one iteration combines once, of none not at all", () => {
    const loop = (high: string): string => `${constants}
      %0 = scf.parallel (%a) = (%c0) to (${high}) step (%c1) init (%x) -> i32 {
        scf.reduce(%y : i32) {
        ^bb0(%p: i32, %q: i32):
          %s = arith.muli %p, %q : i32
          scf.reduce.return %s : i32
        }
      }
      return %0 : i32`;
    expect(canonical(" -> i32", loop("%c1"))).toEqual([
      "%0 = arith.muli %x, %y : i32",
      "return %0 : i32",
    ]);
    expect(canonical(" -> i32", loop("%c0"))).toEqual(["return %x : i32"]);
  });

  test("a region of one block is inlined, unless it must not be", () => {
    const region = (how: string): string => `%0 = scf.execute_region -> i32 ${how}{
        %s = arith.addi %x, %y : i32
        scf.yield %s : i32
      }
      return %0 : i32`;
    expect(canonical(" -> i32", region(""))).toHaveLength(2);
    expect(canonical(" -> i32", region("no_inline "))).toHaveLength(5);
  });
});
