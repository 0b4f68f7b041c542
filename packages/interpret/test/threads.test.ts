/** Threads that stop and go on, by a launch that adds up what its threads wait with. */
import { arith } from "@strata/arith";
import { func } from "@strata/func";
import {
  AnyType,
  builtin,
  Context,
  defineDialect,
  defineOp,
  HasParent,
  I32Attr,
  attr,
  IsTerminator,
  type OpRef,
  operand,
  region,
  result,
  ReturnLike,
  SameOperandsAndResultType,
} from "@strata/ir";
import { DiagnosticError } from "@strata/support";
import { parseVerified } from "@strata/testing";
import { expect, test } from "vitest";
import { interpretAsLaunch, interpretAsWaiting, Interpreter, interpretOf } from "../src/index.ts";

/** Gives each thread the sum of what all wait with. */
class SumOp extends defineOp("test.sum", {
  operands: { value: operand(AnyType) },
  results: { sum: result(AnyType) },
  traits: [SameOperandsAndResultType],
  assembly: "$value attr-dict `:` type($value)",
}) {}

/** Runs its body as some threads, with their numbers. */
class LaunchOp extends defineOp("test.launch", {
  attributes: { count: attr(I32Attr) },
  regions: { body: region() },
  assembly: "$count $body attr-dict",
}) {}

class EndOp extends defineOp("test.end", {
  traits: [IsTerminator, ReturnLike, HasParent((): OpRef => LaunchOp)],
  assembly: "attr-dict",
}) {}

/** Says a number. */
class SayOp extends defineOp("test.say", {
  operands: { value: operand(AnyType) },
  assembly: "$value attr-dict `:` type($value)",
}) {}

class Settings {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }
}

const dialect = defineDialect({
  name: "test",
  summary: "Threads.",
  ops: [SumOp, LaunchOp, EndOp, SayOp],
  interfaces: [
    interpretAsWaiting([SumOp]),
    interpretAsLaunch(LaunchOp, (op, _, cx) => {
      const body = cx.threadBody(op.body);
      const numbers = Array.from({ length: Number(op.count.value) }, (_n, i) => i);
      if (!body.maySuspend) {
        for (const n of numbers) body.run([n]);
        return;
      }
      const threads = numbers.map((n) => body.start([n]));
      let waiting = threads.map((t) => t.resume([]));
      while (waiting.some((w) => w !== undefined)) {
        const sum = waiting.reduce((s, w) => s + ((w?.args[0] as number | undefined) ?? 0), 0);
        waiting = threads.map((t, i) => (waiting[i] === undefined ? undefined : t.resume([sum])));
      }
    }),
    interpretOf(SayOp, (_, [value], cx) => {
      cx.write(`${cx.stateOf(Settings, () => new Settings("")).prefix}${String(value)} `);
    }),
  ],
});

const context = new Context([builtin, arith, func, dialect]);

function said(text: string, prefix?: string): string {
  let out = "";
  const interpreter = new Interpreter(parseVerified(context, text), {
    write: (t) => (out += t),
    state: prefix === undefined ? [] : [[Settings, new Settings(prefix)]],
  });
  interpreter.run("f", [10]);
  return out;
}

test("threads have values of their own, and those from outside", () => {
  const text = `func.func @f(%x: i32) {
    %y = arith.addi %x, %x : i32
    test.launch 3 {
    ^bb0(%n: i32):
      %a = arith.addi %n, %y : i32
      %s = test.sum %a : i32
      %b = arith.addi %s, %n : i32
      test.say %b : i32
      %t = test.sum %n : i32
      test.say %t : i32
      test.say %a : i32
      test.end
    }
    test.say %y : i32
    return
  }`;
  // All threads go on to where they wait before any goes further.
  expect(said(text)).toBe("63 64 65 3 20 3 21 3 22 20 ");
  expect(
    said(
      "func.func @f(%x: i32) { test.launch 2 { ^bb0(%n: i32): test.say %n : i32 test.end } return }",
      "#",
    ),
  ).toBe("#0 #1 ");
});

test("functions that are called may wait, however many threads do", () => {
  const text = `func.func @f(%x: i32) {
    test.launch 1500 {
    ^bb0(%n: i32):
      %s = func.call @sum(%n) : (i32) -> i32
      test.end
    }
    %d = func.call @double(%x) : (i32) -> i32
    test.say %d : i32
    return
  }
  func.func @sum(%n: i32) -> i32 {
    %s = test.sum %n : i32
    return %s : i32
  }
  func.func @double(%n: i32) -> i32 {
    %s = arith.addi %n, %n : i32
    return %s : i32
  }`;
  expect(said(text)).toBe("20 ");
});

test("what waits needs a launch", () => {
  const run = (): string => said("func.func @f(%x: i32) { %s = test.sum %x : i32 return }");
  expect(run).toThrow(DiagnosticError);
  expect(run).toThrow(/interpret\.no-threads/);
});
