import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { func } from "@strata/func";
import {
  builtin,
  Context,
  defineDialect,
  defineOp,
  f32,
  I1,
  IsTerminator,
  AnyType,
  operand,
  Pure,
  region,
  result,
  ReturnLike,
  variadic,
  variadicResult,
  type Operation,
} from "@strata/ir";
import { DiagnosticError } from "@strata/support";
import { parseVerified } from "@strata/testing";
import { describe, expect, test } from "vitest";
import {
  createStore,
  Interpreter,
  InterpretInterface,
  interpretOf,
  storeOf,
  TensorValue,
} from "../src/index.ts";

/** Runs its region as long as the yielded i1 is true, passing on the other values. */
class RepeatOp extends defineOp("test.repeat", {
  operands: { inputs: variadic(AnyType) },
  results: { outputs: variadicResult(AnyType) },
  regions: { body: region({ singleBlock: true }) },
}) {}
class YieldOp extends defineOp("test.yield", {
  operands: { condition: operand(I1), inputs: variadic(AnyType) },
  traits: [Pure, IsTerminator, ReturnLike],
}) {}
class CounterOp extends defineOp("test.counter", { results: { count: result(AnyType) } }) {}
class UnknownOp extends defineOp("test.unknown", {}) {}
class BrokenOp extends defineOp("test.broken", { results: { out: result(AnyType) } }) {}

const counter = {};
const terminators: (Operation | undefined)[] = [];
const tests = defineDialect({
  name: "test",
  summary: "For tests.",
  ops: [RepeatOp, YieldOp, CounterOp, UnknownOp, BrokenOp],
  interfaces: [
    interpretOf(RepeatOp, (op, args, cx) => {
      let values = args;
      for (let more = true; more;) {
        const [condition, ...rest] = cx.runRegion(op.body, values);
        terminators.push(cx.lastTerminator);
        more = condition !== 0;
        values = rest;
      }
      return values;
    }),
    interpretOf(CounterOp, (_op, _args, cx) => {
      const state = cx.stateOf(counter, () => ({ n: 0 }));
      return ++state.n;
    }),
    InterpretInterface.on(BrokenOp, { run: () => [] }),
  ],
});
const context = new Context([builtin, func, arith, cf, tests]);

const module = parseVerified(
  context,
  `func.func @power(%base: i32, %n: i32) -> i32 {
     %c0 = arith.constant 0 : i32
     %c1 = arith.constant 1 : i32
     %0:2 = "test.repeat"(%c1, %n) ({
     ^bb0(%product: i32, %k: i32):
       %next = arith.muli %product, %base : i32
       %l = arith.subi %k, %c1 : i32
       %more = arith.cmpi sgt, %l, %c0 : i32
       "test.yield"(%more, %next, %l) : (i1, i32, i32) -> ()
     }) : (i32, i32) -> (i32, i32)
     return %0#0 : i32
   }
   func.func @factorial(%n: i32) -> i32 {
     %c1 = arith.constant 1 : i32
     %base = arith.cmpi sle, %n, %c1 : i32
     cf.cond_br %base, ^done(%c1 : i32), ^more
   ^more:
     %k = arith.subi %n, %c1 : i32
     %f = call @factorial(%k) : (i32) -> i32
     %r = arith.muli %n, %f : i32
     cf.br ^done(%r : i32)
   ^done(%out: i32):
     return %out : i32
   }
   func.func @deep(%n: i32) -> i32 {
     %f = call @deep(%n) : (i32) -> i32
     return %f : i32
   }
   func.func @count() -> (i32, i32) {
     %0 = "test.counter"() : () -> i32
     %1 = "test.counter"() : () -> i32
     return %0, %1 : i32, i32
   }
   func.func @unknown() {
     "test.unknown"() : () -> ()
     return
   }
   func.func @broken() {
     %0 = "test.broken"() : () -> i32
     return
   }
   func.func @add(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
     %0 = arith.addf %a, %b : tensor<?xf32>
     return %0 : tensor<?xf32>
   }
   func.func @double(%i: index) -> index {
     %0 = arith.addi %i, %i : index
     return %0 : index
   }
   func.func private @host(i32) -> i32
   func.func @call_host(%a: i32) -> i32 {
     %0 = call @host(%a) : (i32) -> i32
     return %0 : i32
   }`,
);
const run = new Interpreter(module, { externals: { host: ([a]) => [(a as number) + 1] } });

/** The first diagnostic of a run that fails. */
function failure(f: () => unknown) {
  try {
    f();
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics[0]!;
    throw e;
  }
  throw new Error("the run does not fail");
}

describe("running", () => {
  test("regions read outer values and keep their own", () => {
    terminators.length = 0;
    expect(run.run("power", [3, 4])).toEqual([81]);
    expect(terminators).toHaveLength(4);
    expect(terminators.every((t) => t instanceof YieldOp)).toBe(true);
  });

  test("a recursive call has values of its own", () => {
    expect(run.run("factorial", [6])).toEqual([720]);
  });

  test("state lives as long as the interpreter", () => {
    const own = new Interpreter(module);
    expect(own.run("count")).toEqual([1, 2]);
    expect(own.run("count")).toEqual([3, 4]);
    expect(new Interpreter(module).run("count")).toEqual([1, 2]);
  });

  test("functions of the host", () => {
    expect(run.run("call_host", [41])).toEqual([42]);
  });

  test("tensors, element by element", () => {
    const a = new TensorValue([3], f32, storeOf(f32, [1, 2, 3]));
    const [sum] = run.run("add", [a, a]) as [TensorValue];
    expect([0, 1, 2].map((i) => sum.data.get(i))).toEqual([2, 4, 6]);
    expect(a.data.get(0)).toBe(1);
  });

  test("steps are counted", () => {
    run.run("double", [4]);
    expect(run.steps).toBe(2);
  });
});

describe("failing", () => {
  test.each([
    ["interpret.unknown-symbol", "power2", [], /no @power2/, /did you mean @power/],
    ["interpret.argument-count", "power", [1], /takes 2 arguments, got 1/, undefined],
    ["interpret.argument-type", "power", [1, 1.5], /argument 1 of @power must be `i32`/, undefined],
    ["interpret.argument-type", "power", [1, 2n], /the integer 2/, undefined],
    ["interpret.unsupported-op", "unknown", [], /`test.unknown` cannot/, /load a dialect/],
    ["interpret.results", "broken", [], /must give 1 values/, undefined],
    ["interpret.call-depth", "deep", [1], /more than 1000 calls/, /without end/],
    ["interpret.index-range", "double", [2 ** 53 - 1], /outside/, /i64/],
  ] as const)("%s", (code, name, args, message, hint) => {
    const d = failure(() => run.run(name, args));
    expect(d.code).toBe(code);
    expect(d.message).toMatch(message);
    if (hint !== undefined) expect(d.hint).toMatch(hint);
  });

  test("a stack that is really used up is a diagnostic too", () => {
    const deep = new Interpreter(module, { maxCallDepth: 1e9 });
    expect(failure(() => deep.run("deep", [1])).code).toBe("interpret.call-depth");
  });

  test("shapes that differ when the program runs", () => {
    const a = new TensorValue([3], f32, createStore(f32, 3));
    const b = new TensorValue([4], f32, createStore(f32, 4));
    const d = failure(() => run.run("add", [a, b]));
    expect(d.code).toBe("interpret.shape-mismatch");
    expect(d.message).toContain("tensor<3xf32> with tensor<4xf32>");
    expect(d.span?.file.text.slice(d.span.start, d.span.end)).toBe("arith.addf");
  });

  test("a limit of steps; the interpreter stays usable", () => {
    const limited = new Interpreter(module, { maxSteps: 30 });
    expect(failure(() => limited.run("power", [1, 1000])).code).toBe("interpret.steps");
    expect(limited.run("double", [2])).toEqual([4]);
  });
});
