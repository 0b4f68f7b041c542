import { fullRange, type IntegerRange, IntegerRanges } from "../src/index.ts";
import { Random } from "@strata/support";
import { moduleTexts } from "@strata/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, taggedValues } from "./context.ts";
import { observe } from "./observe.ts";

/** The ranges of tagged values of a text, as `low..high`. */
function rangesOf(text: string): Record<string, string> {
  const module = parse(text);
  const ranges = new IntegerRanges(module);
  const show = (r: IntegerRange | undefined): string => (r ? `${r.low}..${r.high}` : "none");
  const entries = [...taggedValues(module)].map(([tag, v]) => [tag, show(ranges.rangeOf(v))]);
  return Object.fromEntries(entries) as Record<string, string>;
}

describe("ranges", () => {
  test("through arithmetic", () => {
    const text = `func.func @f(%a: i8, %i: index) {
      %c15 = arith.constant 15 : i8
      %c3 = arith.constant 3 : i8
      %m = arith.andi %a, %c15 {tag = "and"} : i8
      %d = arith.muli %m, %c3 {tag = "mul"} : i8
      %w = arith.muli %d, %c3 {tag = "wraps"} : i8
      %r = arith.remui %a, %c15 {tag = "rem"} : i8
      %s = arith.subi %r, %c15 {tag = "sub"} : i8
      %q = arith.divsi %s, %c3 {tag = "div"} : i8
      %x = arith.extui %s {tag = "zext"} : i8 to i32
      %y = arith.extsi %s {tag = "sext"} : i8 to i32
      %t = arith.trunci %y {tag = "trunc"} : i32 to i4
      %b = arith.cmpi slt, %m, %c15 {tag = "maybe"} : i8
      %c = arith.cmpi slt, %s, %m {tag = "always"} : i8
      %z = arith.select %c, %m, %a {tag = "select"} : i8
      return
    }`;
    expect(rangesOf(text)).toEqual({
      and: "0..15",
      mul: "0..45",
      wraps: "-128..127",
      rem: "0..14",
      sub: "-15..-1",
      div: "-5..0",
      zext: "241..255",
      sext: "-15..-1",
      trunc: "-8..7",
      maybe: "0..1",
      always: "1..1",
      select: "0..15",
    });
  });

  test("of loop counters and what loops carry", () => {
    const text = `func.func @f(%n: index) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      %k = arith.remui %n, %c8 {tag = "bound"} : index
      %r = scf.for %i = %c1 to %k step %c1 iter_args(%a = %c0) -> index {
        %j = arith.addi %i, %c1 {tag = "counter"} : index
        %b = arith.maxsi %a, %i {tag = "carried"} : index
        scf.yield %b : index
      }
      %s = arith.addi %r, %c0 {tag = "result"} : index
      %w = scf.while (%x = %c0) : (index) -> index {
        %go = arith.cmpi slt, %x, %n : index
        scf.condition(%go) %x : index
      } do {
      ^bb0(%x: index):
        %y = arith.addi %x, %c1 : index
        scf.yield %y : index
      }
      %grown = arith.maxsi %w, %c0 {tag = "grows"} : index
      return
    }`;
    expect(rangesOf(text)).toEqual({
      bound: "0..7",
      counter: "2..7",
      carried: "1..6",
      result: "0..6",
      grows: `0..${2n ** 63n - 1n}`,
    });
  });

  test("only what is reached counts", () => {
    const text = `func.func @f(%a: i32, %p: i1) -> i32 {
      %c1 = arith.constant 1 : i32
      %c5 = arith.constant 5 : i32
      %no = arith.cmpi sgt, %c1, %c5 : i32
      cf.cond_br %no, ^far(%a : i32), ^near
    ^near:
      %s = scf.if %no -> i32 {
        scf.yield %a : i32
      } else {
        scf.yield %c1 : i32
      }
      cf.cond_br %p, ^far(%s : i32), ^far(%c5 : i32)
    ^far(%x: i32):
      %y = arith.addi %x, %c1 {tag = "met"} : i32
      return %y : i32
    }`;
    expect(rangesOf(text)).toEqual({ met: "2..6" });
  });

  test("of positions in a launch", () => {
    const text = `func.func @f(%n: index) {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      gpu.launch blocks(%bx, %by, %bz) in (%gx = %n, %gy = %c8, %gz = %c8) threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c8, %sz = %n) {
        %a = arith.addi %tx, %c0 {tag = "thread"} : index
        %b = arith.addi %bx, %c0 {tag = "block"} : index
        %c = arith.addi %sy, %c0 {tag = "size"} : index
        %d = arith.addi %gx, %c0 {tag = "grid"} : index
        gpu.terminator
      }
      return
    }`;
    expect(rangesOf(text)).toEqual({
      thread: "0..7",
      block: "0..4294967294",
      size: "8..8",
      grid: "1..4294967295",
    });
  });

  test("of positions on a device", () => {
    const text = `gpu.module @k {
      gpu.func @f() kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
        %t = gpu.thread_id x {tag = "thread"}
        %b = gpu.block_id x upper_bound 16 {tag = "block"}
        %l = gpu.lane_id {tag = "lane"}
        %n = gpu.grid_dim x {tag = "grid"}
        %d = gpu.block_dim x {tag = "dim"}
        gpu.return
      }
    }`;
    expect(rangesOf(text)).toEqual({
      thread: "0..127",
      block: "0..15",
      lane: "0..127",
      grid: "1..4294967295",
      dim: "128..128",
    });
  });
});

const numRuns = Number(process.env["STRATA_RUNS"] ?? 150);

test("what a program computes lies in the ranges", () => {
  let narrow = 0;
  fc.assert(
    fc.property(moduleTexts(), fc.nat(), (text, seed) => {
      const module = parse(text);
      const ranges = new IntegerRanges(module);
      observe(module, new Random(seed), 3, (value, number) => {
        const range = ranges.rangeOf(value);
        if (range !== undefined && number >= range.low && number <= range.high) {
          const full = fullRange(value.type)!;
          if (range.low > full.low || range.high < full.high) narrow++;
          return;
        }
        const found = range === undefined ? "unreachable" : `${range.low}..${range.high}`;
        const where = value.definingOp?.name ?? "a block argument";
        throw new Error(`${number} of ${where} is not in ${found}`);
      });
    }),
    { numRuns },
  );
  // Most programs have values of which more is known than their type.
  expect(narrow).toBeGreaterThan(numRuns);
}, 60_000);
