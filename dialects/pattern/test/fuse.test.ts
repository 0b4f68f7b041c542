/** Golden texts of fusion: which producers disappear into their consumers, and which stay. */
import { bodyLines, parseVerified } from "@strata/testing";
import { expectVerified } from "@strata/ir";
import { describe, expect, test } from "vitest";
import { fusePatterns } from "../src/fuse.ts";
import { context } from "./context.ts";

function fused(text: string): string[] {
  const module = parseVerified(context, text);
  fusePatterns(module);
  expectVerified(module);
  return bodyLines(module);
}

const square = `%t = pattern.map ins(%a : tensor<8xf32>) -> tensor<8xf32> {
    ^bb0(%x: f32, %i0: index):
      %0 = arith.mulf %x, %x : f32
      pattern.yield %0 : f32
    }`;

const neighbours = (boundary: string): string => `
    %1 = pattern.stencil ins(%t : tensor<8xf32>) boundary = ${boundary} -> tensor<8xf32> {
    ^bb0(%w: !pattern.window<f32, 1>, %i0_0: index):
      %2 = pattern.access %w[-1] : !pattern.window<f32, 1>
      %3 = pattern.access %w[1] : !pattern.window<f32, 1>
      %4 = arith.subf %2, %3 : f32
      pattern.yield %4 : f32
    }`;

const kernel = (body: string, result = "%1"): string =>
  `func.func @f(%a: tensor<8xf32>) -> tensor<8xf32> {\n${body}\n    return ${result} : tensor<8xf32>\n  }`;

describe("fusion", () => {
  test("a map into a map", () => {
    const text = kernel(`${square}
    %1 = pattern.map ins(%t : tensor<8xf32>) -> tensor<8xf32> {
    ^bb0(%y: f32, %i1: index):
      %2 = arith.negf %y : f32
      pattern.yield %2 : f32
    }`);
    expect(fused(text)).toEqual(
      [
        "%0 = pattern.map ins(%a : tensor<8xf32>) -> tensor<8xf32> {",
        "^bb0(%x: f32, %i0: index):",
        "%1 = arith.mulf %x, %x : f32",
        "%2 = arith.negf %1 : f32",
        "pattern.yield %2 : f32",
        "}",
        "return %0 : tensor<8xf32>",
      ].map((l) => expect.stringMatching(pattern(l))),
    );
  });

  test("a map into each access of a stencil, at its own offset", () => {
    const lines = fused(kernel(square + neighbours("clamp")));
    expect(lines.some((l) => l.includes("pattern.map"))).toBe(false);
    expect(
      lines.filter((l) => l.includes("pattern.access")).map((l) => /\[.*\]/.exec(l)![0]),
    ).toEqual(["[-1]", "[1]"]);
    expect(lines.filter((l) => l.includes("arith.mulf"))).toHaveLength(2);
  });

  test("a producer that is used twice or returned stays", () => {
    const text = `func.func @f(%a: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
      ${square}
      ${neighbours("clamp")}
      return %t, %1 : tensor<8xf32>, tensor<8xf32>
    }`;
    expect(fused(text).some((l) => l.includes("pattern.map"))).toBe(true);
  });
});

/** A line with any names for its values. */
function pattern(line: string): RegExp {
  const escaped = line.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(/%\w+/g, String.raw`%\w+`)}$`, "u");
}
