/** Golden texts of the passes that have no file of their own. */
import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { func } from "@strata/func";
import { builtin, Context, printOperation } from "@strata/ir";
import { memref } from "@strata/memref";
import { parsePipeline, PassRegistry, runPipeline } from "@strata/pass";
import { scf } from "@strata/scf";
import { parseVerified } from "@strata/testing";
import { describe, expect, test } from "vitest";
import { countOperations, registerTransforms } from "../src/index.ts";

const context = new Context([builtin, arith, cf, func, memref, scf]);
const registry = registerTransforms(new PassRegistry());

/** The lines of a module after a pipeline, without indentation. */
function after(pipeline: string, text: string): string[] {
  const module = parseVerified(context, text);
  runPipeline(parsePipeline(pipeline, registry), module, { context });
  const lines = printOperation(module).split("\n");
  return lines.map((l) => l.trim().replace(/\s*\/\/ pred.*/u, "")).slice(1, -2);
}

describe("loop-invariant-code-motion", () => {
  test("moves what does not change, out of two loops if it can", () => {
    const text = `func.func @f(%m: memref<?xi32>, %n: index, %x: i32) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      scf.for %i = %c0 to %n step %c1 {
        %k = arith.index_cast %i : index to i32
        scf.for %j = %c0 to %n step %c1 {
          %a = arith.muli %x, %x : i32
          %b = arith.addi %a, %k : i32
          memref.store %b, %m[%j] : memref<?xi32>
        }
      }
      return
    }`;
    expect(after("loop-invariant-code-motion", text).slice(3, 9)).toEqual([
      "%0 = arith.muli %arg2, %arg2 : i32",
      "scf.for %arg3 = %c0 to %arg1 step %c1 {",
      "%1 = arith.index_cast %arg3 : index to i32",
      "%2 = arith.addi %0, %1 : i32",
      "scf.for %arg4 = %c0 to %arg1 step %c1 {",
      "memref.store %2, %arg0[%arg4] : memref<?xi32>",
    ]);
  });

  test("leaves divisions, which may fail, and reads of memory", () => {
    const text = `func.func @f(%m: memref<?xi32>, %n: index, %x: i32) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      scf.for %i = %c0 to %n step %c1 {
        %a = arith.divsi %x, %x : i32
        %b = memref.load %m[%c0] : memref<?xi32>
        %c = arith.addi %a, %b : i32
        memref.store %c, %m[%i] : memref<?xi32>
      }
      return
    }`;
    expect(after("loop-invariant-code-motion", text)[3]).toContain("scf.for");
  });
});

test("symbol-dce erases what only dead functions call", () => {
  const text = `func.func @f() {
    func.call @used() : () -> ()
    return
  }
  func.func private @used() { return }
  func.func private @dead() {
    func.call @deader() : () -> ()
    return
  }
  func.func private @deader() {
    func.call @dead() : () -> ()
    return
  }`;
  const functions = after("symbol-dce", text).filter((l) => l.startsWith("func.func"));
  expect(functions).toEqual(["func.func @f() {", "func.func private @used() {"]);
});

describe("inline", () => {
  test("callees first", () => {
    const text = `func.func @f(%x: i32) -> i32 {
      %0 = func.call @g(%x) : (i32) -> i32
      return %0 : i32
    }
    func.func private @g(%x: i32) -> i32 {
      %0 = func.call @h(%x, %x) : (i32, i32) -> i32
      return %0 : i32
    }
    func.func private @h(%x: i32, %y: i32) -> i32 {
      %0 = arith.addi %x, %y : i32
      return %0 : i32
    }`;
    expect(after("inline,symbol-dce", text)).toEqual([
      "func.func @f(%arg0: i32) -> i32 {",
      "%0 = arith.addi %arg0, %arg0 : i32",
      "return %0 : i32",
      "}",
    ]);
  });

  test("leaves calls of functions that call themselves, and of several blocks", () => {
    const text = `func.func @f(%c: i1) {
      func.call @loop() : () -> ()
      func.call @blocks(%c) : (i1) -> ()
      return
    }
    func.func private @loop() {
      func.call @loop() : () -> ()
      return
    }
    func.func private @blocks(%c: i1) {
      cf.cond_br %c, ^bb1, ^bb1
    ^bb1:
      return
    }`;
    expect(after("inline", text).filter((l) => l.includes("call"))).toHaveLength(3);
  });
});

describe("sccp", () => {
  test("follows only the ways that can be taken", () => {
    const text = `func.func @f(%x: i32) -> i32 {
      %c = arith.constant true
      %c1 = arith.constant 1 : i32
      cf.cond_br %c, ^bb1(%c1 : i32), ^bb1(%x : i32)
    ^bb1(%a: i32):
      %0 = arith.addi %a, %a : i32
      return %0 : i32
    }`;
    const lines = after("sccp", text);
    const name = /return (%\w+)/.exec(lines.at(-2)!)![1]!;
    expect(lines.find((l) => l.startsWith(`${name} =`))).toContain("arith.constant 2 : i32");
  });

  test("goes round loops", () => {
    const text = `func.func @f(%n: index) -> i32 {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c7 = arith.constant 7 : i32
      %0 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %c7) -> (i32) {
        %s = arith.subi %a, %c7 : i32
        %t = arith.addi %s, %c7 : i32
        scf.yield %t : i32
      }
      return %0 : i32
    }`;
    expect(after("sccp,canonicalize", text).slice(1, 3)).toEqual([
      "%c7_i32 = arith.constant 7 : i32",
      "return %c7_i32 : i32",
    ]);
  });
});

describe("mem2reg", () => {
  test("a variable that blocks write becomes an argument", () => {
    const text = `func.func @f(%c: i1, %x: i32, %y: i32) -> i32 {
      %m = memref.alloca() : memref<i32>
      memref.store %x, %m[] : memref<i32>
      cf.cond_br %c, ^bb1, ^bb2
    ^bb1:
      memref.store %y, %m[] : memref<i32>
      cf.br ^bb2
    ^bb2:
      %r = memref.load %m[] : memref<i32>
      return %r : i32
    }`;
    expect(after("mem2reg,canonicalize", text)).toEqual([
      "func.func @f(%arg0: i1, %arg1: i32, %arg2: i32) -> i32 {",
      "%0 = arith.select %arg0, %arg2, %arg1 : i32",
      "return %0 : i32",
      "}",
    ]);
  });

  test("a buffer that is passed on, or used in a region, stays", () => {
    const text = `func.func @f(%c: i1, %x: i32) -> i32 {
      %m = memref.alloca() : memref<i32>
      %n = memref.alloca() : memref<i32>
      func.call @g(%n) : (memref<i32>) -> ()
      scf.if %c {
        memref.store %x, %m[] : memref<i32>
      }
      %r = memref.load %m[] : memref<i32>
      return %r : i32
    }
    func.func private @g(memref<i32>)`;
    expect(after("mem2reg", text).filter((l) => l.includes("memref.alloca"))).toHaveLength(2);
  });
});

test("strip-debuginfo and print-op-stats", () => {
  const module = parseVerified(context, "func.func @f() { return }");
  runPipeline(parsePipeline("strip-debuginfo", registry), module, { context });
  expect([...module.ops()][0]!.location.toString()).not.toContain("<test>");
  expect([...countOperations(module)]).toEqual([
    ["builtin.module", 1],
    ["func.func", 1],
    ["func.return", 1],
  ]);
  const before = printOperation(module);
  runPipeline(parsePipeline("print-op-stats", registry), module, { context });
  expect(printOperation(module)).toBe(before);
});
