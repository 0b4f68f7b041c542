import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { Interpreter } from "@strata/interpret";
import {
  BranchInterface,
  builtin,
  collect,
  Context,
  expectVerified,
  IntegerAttr,
  i32,
} from "@strata/ir";
import { DiagnosticError } from "@strata/support";
import { parseVerified } from "@strata/testing";
import { describe, expect, test } from "vitest";
import { cf, CondBranchOp, SwitchOp } from "../src/index.ts";

const context = new Context([builtin, func, arith, cf]);

/** The codes and messages of a function body that is refused. */
function refused(body: string): string {
  try {
    parseVerified(context, `func.func @f(%c: i1, %a: i32, %x: f32) {\n${body}\n}`);
  } catch (e) {
    if (e instanceof DiagnosticError) return e.message;
    throw e;
  }
  throw new Error("the text is accepted");
}

describe("errors", () => {
  test.each([
    ["cf.successor-arguments", "cf.br ^b(%a : i32)\n^b:\n return", /passes \(i32\).*takes \(\)/],
    ["cf.successor-arguments", "cf.br ^b\n^b(%0: i32):\n return", /passes \(\).*takes \(i32\)/],
    [
      "cf.successor-arguments",
      "cf.cond_br %c, ^b(%x : f32), ^d\n^b(%0: i32):\n return\n^d:\n return",
      /`cf.cond_br` passes \(f32\)/,
    ],
    [
      "cf.branch-weights",
      '"cf.cond_br"(%c)[^b, ^b] <{branch_weights = array<i32: 1>, operandSegmentSizes = array<i32: 1, 0, 0>}> : (i1) -> ()\n^b:\n return',
      /two weights, not 1/,
    ],
    [
      "cf.switch-duplicate",
      "cf.switch %a : i32, [default: ^b, 1: ^b, 1: ^b]\n^b:\n return",
      /twice/,
    ],
    ["cf.switch-type", "cf.switch %x : f32, [default: ^b]\n^b:\n return", /integer, not `f32`/],
    [
      "cf.switch-cases",
      '"cf.switch"(%a)[^b, ^b] <{case_operand_segments = array<i32: 0>, operandSegmentSizes = array<i32: 1, 0, 0>}> : (i32) -> ()\n^b:\n return',
      /1 case blocks but 0 case values/,
    ],
    [
      "cf.switch-type",
      '"cf.switch"(%a)[^b, ^b] <{case_operand_segments = array<i32: 0>, case_values = dense<1> : vector<1xi64>, operandSegmentSizes = array<i32: 1, 0, 0>}> : (i32) -> ()\n^b:\n return',
      /values are `i64`/,
    ],
    [
      "cf.switch-operands",
      '"cf.switch"(%a)[^b, ^b] <{case_operand_segments = array<i32: 1>, case_values = dense<1> : vector<1xi32>, operandSegmentSizes = array<i32: 1, 0, 0>}> : (i32) -> ()\n^b:\n return',
      /does not add up/,
    ],
    ["ir.operand-type", '"cf.assert"(%a) <{msg = "m"}> : (i32) -> ()\nreturn', /must be `i1`/],
    ["parse.undefined-block", "cf.br ^nowhere", /nowhere/],
  ])("%s", (code, body, message) => {
    expect(refused(body)).toContain(`[${code}]`);
    expect(refused(body)).toMatch(message);
  });
});

describe("interpretation", () => {
  const module = parseVerified(
    context,
    `func.func @gcd(%a: i32, %b: i32) -> i32 {
       %c0 = arith.constant 0 : i32
       cf.br ^head(%a, %b : i32, i32)
     ^head(%x: i32, %y: i32):
       %done = arith.cmpi eq, %y, %c0 : i32
       cf.cond_br %done, ^exit(%x : i32), ^step
     ^step:
       %r = arith.remsi %x, %y : i32
       cf.br ^head(%y, %r : i32, i32)
     ^exit(%g: i32):
       return %g : i32
     }
     func.func @choose(%n: i8, %a: i32, %b: i32) -> i32 {
       cf.switch %n : i8, [
         default: ^pick(%a : i32),
         3: ^pick(%b : i32),
         -1: ^sum(%a, %b : i32, i32)
       ]
     ^pick(%0: i32):
       return %0 : i32
     ^sum(%1: i32, %2: i32):
       %3 = arith.addi %1, %2 : i32
       return %3 : i32
     }
     func.func @swap(%a: i32, %b: i32, %n: i32) -> (i32, i32) {
       %c0 = arith.constant 0 : i32
       %c1 = arith.constant 1 : i32
       cf.br ^head(%a, %b, %n : i32, i32, i32)
     ^head(%x: i32, %y: i32, %k: i32):
       %more = arith.cmpi sgt, %k, %c0 : i32
       %l = arith.subi %k, %c1 : i32
       cf.cond_br %more, ^head(%y, %x, %l : i32, i32, i32), ^exit
     ^exit:
       return %x, %y : i32, i32
     }
     func.func @forever() {
       cf.br ^l
     ^l:
       cf.br ^l
     }`,
  );
  const run = new Interpreter(module, { maxSteps: 10_000 });

  test("a loop", () => {
    expect(run.run("gcd", [48, 36])).toEqual([12]);
  });

  test("a switch", () => {
    expect(run.run("choose", [3, 10, 20])).toEqual([20]);
    expect(run.run("choose", [-1, 10, 20])).toEqual([30]);
    expect(run.run("choose", [7, 10, 20])).toEqual([10]);
  });

  test("block arguments change all at once", () => {
    expect(run.run("swap", [1, 2, 3])).toEqual([2, 1]);
  });

  test("an endless loop is stopped", () => {
    expect(() => run.run("forever")).toThrow(/interpret.steps.*more than 10000/);
    expect(run.run("gcd", [6, 4])).toEqual([2]);
  });
});

describe("the branch interface", () => {
  const module = parseVerified(
    context,
    `func.func @f(%c: i1, %a: i32, %b: i32) -> i32 {
       cf.cond_br %c, ^x(%a : i32), ^y(%a, %b : i32, i32)
     ^x(%0: i32):
       cf.switch %0 : i32, [default: ^x(%b : i32), 5: ^z, 7: ^x(%a : i32)]
     ^y(%1: i32, %2: i32):
       return %2 : i32
     ^z:
       return %0 : i32
     }`,
  );
  const [branch] = collect(module, CondBranchOp) as [CondBranchOp];
  const [flow] = collect(module, SwitchOp) as [SwitchOp];

  test("tells what is passed and where constants lead", () => {
    const conditional = BranchInterface.of(branch)!;
    expect(conditional.successorOperands(branch, 1)).toEqual(branch.falseDestOperands);
    expect(conditional.constantSuccessor!(branch, [IntegerAttr.bool(false)])).toBe(1);
    expect(conditional.constantSuccessor!(branch, [undefined])).toBe(undefined);
    const switching = BranchInterface.of(flow)!;
    expect(switching.constantSuccessor!(flow, [IntegerAttr.get(5, i32)])).toBe(1);
    expect(switching.constantSuccessor!(flow, [IntegerAttr.get(6, i32)])).toBe(0);
    expect(switching.successorOperands(flow, 2)).toHaveLength(1);
  });

  test("changes what is passed", () => {
    const switching = BranchInterface.of(flow)!;
    const [passed] = switching.successorOperands(flow, 2);
    const [fallback] = switching.successorOperands(flow, 0);
    switching.setSuccessorOperands(flow, 2, [fallback!]);
    switching.setSuccessorOperands(flow, 0, [passed!]);
    expectVerified(module);
    expect(switching.successorOperands(flow, 2)).toEqual([fallback]);
    expect(switching.successorOperands(flow, 0)).toEqual([passed]);
  });
});
