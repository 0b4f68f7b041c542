/** Golden texts of the way to loops: buffers, the interior and the border of a stencil. */
import { expectVerified } from "@strata/ir";
import { bodyLines, parseVerified } from "@strata/testing";
import { expect, test } from "vitest";
import { lowerPatternToLoop } from "../src/lower-to-loop.ts";
import { context } from "./context.ts";

function lowered(text: string): string[] {
  const module = parseVerified(context, text);
  lowerPatternToLoop(module);
  expectVerified(module);
  return bodyLines(module);
}

const count = (lines: readonly string[], part: string): number =>
  lines.filter((l) => l.includes(part)).length;

test("a map is one loop that writes where the caller says", () => {
  const lines = lowered(`func.func @f(%a: tensor<8xf32>) -> tensor<8xf32> {
    %t = pattern.map ins(%a : tensor<8xf32>) -> tensor<8xf32> {
    ^bb0(%x: f32, %i0: index):
      %0 = arith.mulf %x, %x : f32
      pattern.yield %0 : f32
    }
    return %t : tensor<8xf32>
  }`);
  expect(count(lines, "scf.parallel")).toBe(1);
  expect(count(lines, "memref.alloc")).toBe(0);
  const body = lines.slice(lines.findIndex((l) => l.includes("scf.parallel")) + 1);
  expect(body.map((l) => l.replaceAll(/%\w+/g, "%").replace("% = ", "")).slice(0, 4)).toEqual([
    "memref.load %[%] : memref<8xf32>",
    "arith.mulf %, % : f32",
    "memref.store %, %[%] : memref<8xf32>",
    "scf.reduce",
  ]);
});

test("a stencil has an interior without tests and a border that is remapped", () => {
  const lines = lowered(`func.func @f(%a: tensor<8xf32>) -> tensor<8xf32> {
    %1 = pattern.stencil ins(%a : tensor<8xf32>) boundary = clamp -> tensor<8xf32> {
    ^bb0(%w: !pattern.window<f32, 1>, %i0: index):
      %2 = pattern.access %w[-1] : !pattern.window<f32, 1>
      %3 = pattern.access %w[1] : !pattern.window<f32, 1>
      %4 = arith.subf %2, %3 : f32
      pattern.yield %4 : f32
    }
    return %1 : tensor<8xf32>
  }`);
  const start = lines.findIndex((l) => l.includes("scf.parallel"));
  const end = lines.findIndex((l, i) => i > start && l === "}");
  const [interior, border] = [lines.slice(start, end), lines.slice(end)];
  expect([count(interior, "arith.minsi"), count(interior, "arith.maxsi")]).toEqual([0, 0]);
  expect([count(border, "arith.minsi"), count(border, "arith.maxsi")]).toEqual([1, 1]);
  // One copy of the border's code serves the slabs at both ends.
  expect(count(border, "arith.subf")).toBe(1);
});

test("what lies between two patterns gets a buffer, which is freed", () => {
  const lines = lowered(`func.func @f(%a: tensor<8xf32>) -> tensor<8xf32> {
    %t = pattern.map ins(%a : tensor<8xf32>) -> tensor<8xf32> {
    ^bb0(%x: f32, %i0: index):
      %0 = arith.mulf %x, %x : f32
      pattern.yield %0 : f32
    }
    %1 = pattern.stencil ins(%t : tensor<8xf32>) boundary = clamp -> tensor<8xf32> {
    ^bb0(%w: !pattern.window<f32, 1>, %i0: index):
      %2 = pattern.access %w[1] : !pattern.window<f32, 1>
      pattern.yield %2 : f32
    }
    return %1 : tensor<8xf32>
  }`);
  expect([count(lines, "memref.alloc"), count(lines, "memref.dealloc")]).toEqual([1, 1]);
  expect(count(lines, "memref.copy")).toBe(0);
});
