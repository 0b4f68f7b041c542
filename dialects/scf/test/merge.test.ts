import { collect, expectVerified, type ModuleOp, parseModule, printOperation } from "@strata/ir";
import { describe, expect, it } from "vitest";
import { For, Parallel } from "../src/index.ts";
import { mergeDimensions } from "../src/lower-to-vector/merge.ts";
import { context } from "./context.ts";

function merged(text: string): ModuleOp {
  const module = parseModule(context, text);
  mergeDimensions(module);
  expectVerified(module);
  return module;
}

/** A copy of rows with given indices; the inner dimension goes from 0 to `extent`. */
const nest = (from: string, to: string, extent = 3, body = ""): string => `
func.func @f(%a: memref<9x3xf32>, %b: memref<9x3xf32>, %w: memref<3xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %e = arith.constant ${extent} : index
  scf.parallel (%i, %c) = (%c1, %c0) to (%c8, %e) step (%c1, %c1) {
    %k = arith.addi %i, %c1 : index
    ${body}
    %x = memref.load %a[${from}] : memref<9x3xf32>
    memref.store %x, %b[${to}] : memref<9x3xf32>
    scf.reduce
  }
  return
}`;

describe("merging dimensions", () => {
  it("makes short rows one long one", () => {
    const module = merged(nest("%k, %c", "%i, %c"));
    const [op] = collect(module, Parallel);
    expect(op!.lowerBound.length).toBe(1);
    const text = printOperation(module);
    expect(text).toContain("memref<9x3xf32> into memref<27xf32>");
    // One row further is three elements further; rows 1 to 7 are elements 3 to 23.
    expect(text).toMatch(/%c24 = arith.constant 24 : index/);
    expect(text).toMatch(/arith.addi %\w+, %c3/);
  });

  it.each([
    ["rows that are not walked to their end", nest("%k, %c", "%i, %c", 2)],
    ["an inner index with a distance", nest("%i, %c", "%k, %k")],
    [
      "a dimension that is used by itself",
      nest("%i, %c", "%i, %c", 3, "%y = memref.load %w[%c] : memref<3xf32>"),
    ],
    [
      "a dimension that is a value",
      nest("%i, %c", "%i, %c", 3, "%y = arith.index_cast %i : index to i32"),
    ],
  ])("leaves %s", (_, text) => {
    const [op] = collect(merged(text), Parallel);
    expect(op!.lowerBound.length).toBe(2);
  });

  it("joins sums of rows", () => {
    const module = merged(`
func.func @f(%a: memref<4x9x3xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c9 = arith.constant 9 : index
  %z = arith.constant 0.0 : f32
  %r = scf.for %i = %c0 to %c4 step %c1 iter_args(%p = %z) -> (f32) {
    %s = scf.for %j = %c0 to %c9 step %c1 iter_args(%q = %p) -> (f32) {
      %t = scf.for %k = %c0 to %c3 step %c1 iter_args(%u = %q) -> (f32) {
        %x = memref.load %a[%i, %j, %k] : memref<4x9x3xf32>
        %v = arith.addf %u, %x : f32
        scf.yield %v : f32
      }
      scf.yield %t : f32
    }
    scf.yield %s : f32
  }
  return %r : f32
}`);
    const loops = collect(module, For);
    expect(loops.length).toBe(1);
    expect(printOperation(module)).toContain("to %c108 step");
  });
});
