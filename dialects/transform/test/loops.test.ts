/** Each transformation of loops keeps what they compute, in their order. */
import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { Interpreter } from "@strata/interpret";
import { builtin, cloneOp, Context, expectVerified, parseModule, printOperation } from "@strata/ir";
import { memref } from "@strata/memref";
import { scf } from "@strata/scf";
import { SourceFile } from "@strata/support";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applySchedule, transform } from "../src/index.ts";

const context = new Context([builtin, arith, func, memref, scf, transform]);
const parse = (text: string) => parseModule(context, new SourceFile("<test>", text));

const schedule = (steps: string) =>
  parse(`module attributes {transform.with_named_sequence} {
    transform.named_sequence @__transform_main(%root: !transform.any_op) {
      %all = transform.structured.match ops{["scf.for"]} in %root : (!transform.any_op) -> !transform.any_op
      %first, %rest = transform.split_handle %all {fail_on_payload_too_small = false, overflow_result = 1} : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
      ${steps}
      transform.yield
    }
  }`);

/** A loop that combines its positions and a carried value in an order that matters. */
const carrying = (bounds: string) => `
  func.func @f(%lb: index, %ub: index, %st: index) -> (i64, index) {
    ${bounds}
    %c3 = arith.constant 3 : i64
    %zero = arith.constant 0 : i64
    %start = arith.constant -77 : index
    %r:2 = scf.for %i = %l to %u step %s iter_args(%sum = %zero, %last = %start) -> (i64, index) {
      %n = arith.index_cast %i : index to i64
      %m = arith.muli %sum, %c3 : i64
      %a = arith.addi %m, %n : i64
      scf.yield %a, %i : i64, index
    }
    return %r#0, %r#1 : i64, index
  }`;

const dynamic = `
    %zeroIndex = arith.constant 0 : index
    %l = arith.addi %lb, %zeroIndex : index
    %u = arith.addi %ub, %zeroIndex : index
    %s = arith.addi %st, %zeroIndex : index`;
const constant = (l: number, u: number, s: number) => `
    %l = arith.constant ${l} : index
    %u = arith.constant ${u} : index
    %s = arith.constant ${s} : index`;

const bounds = fc.tuple(
  fc.integer({ min: -9, max: 9 }),
  fc.integer({ min: -9, max: 20 }),
  fc.integer({ min: 1, max: 5 }),
);

function sameAfter(text: string, steps: string, args: readonly number[]): void {
  const before = parse(text);
  expectVerified(before);
  const after = cloneOp(before);
  applySchedule(schedule(steps), after);
  const run = (m: typeof before) => new Interpreter(m).run("f", args);
  expect(run(after), printOperation(after)).toEqual(run(before));
}

describe("the meaning stays", () => {
  const unroll = (factor: number) =>
    `transform.loop.unroll %first {factor = ${factor}} : !transform.any_op`;
  const peel = (attributes: string) =>
    `%main, %tail = transform.loop.peel %first ${attributes} : (!transform.any_op) -> (!transform.any_op, !transform.any_op)`;

  test("unroll", () => {
    fc.assert(
      fc.property(bounds, fc.integer({ min: 1, max: 6 }), fc.boolean(), ([l, u, s], f, known) =>
        sameAfter(carrying(known ? constant(l, u, s) : dynamic), unroll(f), [l, u, s]),
      ),
      { numRuns: 300 },
    );
  });

  test("peel", () => {
    fc.assert(
      fc.property(bounds, fc.boolean(), fc.boolean(), ([l, u, s], front, known) =>
        sameAfter(
          carrying(known ? constant(l, u, s) : dynamic),
          peel(front ? "{peel_front = true}" : ""),
          [l, u, s],
        ),
      ),
      { numRuns: 300 },
    );
  });

  test("unroll after peel", () => {
    const both = `${peel("")}\ntransform.loop.unroll %main {factor = 2} : !transform.any_op`;
    fc.assert(
      fc.property(bounds, ([l, u, s]) => sameAfter(carrying(dynamic), both, [l, u, s])),
      { numRuns: 100 },
    );
  });

  test("coalesce", () => {
    const nest = (depth: number) => {
      const name = (d: number) => `%i${d}`;
      const open = Array.from(
        { length: depth },
        (_, d) => `scf.for ${name(d)} = ${d === 1 ? "%st" : "%lb"} to %ub step %st {`,
      );
      const sum = Array.from(
        { length: depth },
        (_, d) => `%m${d} = arith.muli %v${d}, %c3 : index
                   %v${d + 1} = arith.addi %m${d}, ${name(d)} : index`,
      );
      return `
      func.func @f(%lb: index, %ub: index, %st: index) -> index {
        %c3 = arith.constant 7 : index
        %prime = arith.constant 1000003 : index
        %zero = arith.constant 0 : index
        %cell = memref.alloca() : memref<index>
        memref.store %zero, %cell[] : memref<index>
        ${open.join("\n")}
          %v0 = memref.load %cell[] : memref<index>
          ${sum.join("\n")}
          %kept = arith.remsi %v${depth}, %prime : index
          memref.store %kept, %cell[] : memref<index>
        ${"}".repeat(depth)}
        %r = memref.load %cell[] : memref<index>
        return %r : index
      }`;
    };
    const step = "%one = transform.loop.coalesce %first : (!transform.any_op) -> !transform.any_op";
    const small = fc.tuple(
      fc.integer({ min: -2, max: 2 }),
      fc.integer({ min: -2, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
    );
    fc.assert(
      fc.property(small, fc.integer({ min: 2, max: 3 }), ([l, u, s], depth) =>
        sameAfter(nest(depth), step, [l, u, s]),
      ),
      { numRuns: 200 },
    );
  });
});

describe("what does not fit is refused", () => {
  const apply = (text: string, steps: string) => () => applySchedule(schedule(steps), parse(text));
  const loop = carrying(dynamic);

  test("coalescing what is no nest", () => {
    const step = "%one = transform.loop.coalesce %first : (!transform.any_op) -> !transform.any_op";
    expect(apply(loop, step)).toThrow("not the outer one of a perfect nest");
  });

  test("peeling what is divisible, where that is asked for", () => {
    const step =
      "%a, %b = transform.loop.peel %first {fail_if_already_divisible = true} : (!transform.any_op) -> (!transform.any_op, !transform.any_op)";
    expect(apply(carrying(constant(0, 8, 4)), step)).toThrow("nothing to peel");
  });

  test("a handle to what is gone", () => {
    const step = "transform.loop.unroll %first {factor = 2} : !transform.any_op";
    expect(apply(loop, `${step}\n${step}`)).toThrow("an earlier step has replaced");
  });

  test("a factor below one", () => {
    const step = "transform.loop.unroll %first {factor = 0} : !transform.any_op";
    expect(() => expectVerified(schedule(step))).toThrow("not at least 1");
  });

  test("an operation that is no loop", () => {
    const step = `%f = transform.get_parent_op %first : (!transform.any_op) -> !transform.any_op
      transform.loop.unroll %f {factor = 2} : !transform.any_op`;
    expect(apply(loop, step)).toThrow("takes `scf.for`, not `func.func`");
  });
});
