import { expectVerified, printOperation } from "@strata/ir";
import { expect, test } from "vitest";
import { parse } from "./context.ts";

const header = "^bb0(%x: f32, %acc: f32):\n  pattern.yield %x : f32\n";

/** Bodies of a function with the arguments that the texts use. */
const bodies: Readonly<Record<string, string>> = {
  "a stencil with one boundary": `
    %0 = pattern.stencil ins(%a, %b : tensor<4x6xf32>, tensor<4x6xf32>) boundary = wrap
      -> tensor<4x6xf32> {
    ^bb0(%c: !pattern.window<f32, 2>, %d: !pattern.window<f32, 2>, %i: index, %j: index):
      %1 = pattern.access %c[-1, 0] : !pattern.window<f32, 2>
      pattern.yield %1 : f32
    }`,
  "a stencil with a boundary for each input": `
    %0 = pattern.stencil ins(%a, %b : tensor<4x6xf32>, tensor<4x6xf32>)
      boundary = [constant, reflect](%s : f32) -> tensor<4x6xf32> {
    ^bb0(%c: !pattern.window<f32, 2>, %d: !pattern.window<f32, 2>, %i: index, %j: index):
      %1 = pattern.access %d[0, 2] : !pattern.window<f32, 2>
      pattern.yield %1 : f32
    }`,
  "a stencil of some points": `
    %0 = pattern.stencil ins(%a : tensor<4x6xf32>) boundary = clamp strides = [2, 4] parity = 1
      -> tensor<2x2xf32> {
    ^bb0(%c: !pattern.window<f32, 2>, %i: index, %j: index):
      %1 = pattern.access %c[0, 1] : !pattern.window<f32, 2>
      pattern.yield %1 : f32
    }`,
  "a contraction": `
    %0 = pattern.contract domain = [4, -1, 6](%n) ins(%a, %b : tensor<4x6xf32>, tensor<4x6xf32>)
      init(%s : f32)
      maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d2 - 1)>,
              affine_map<(d0, d1, d2) -> (d1, d0)>]
      iterators = ["parallel", "parallel", "reduction"] -> tensor<?x4xf32> {
    ^bb0(%x: f32, %y: f32, %i: index, %j: index, %p: index):
      pattern.yield %y : f32
    } combine {
    ${header}}`,
  "a contraction to a scalar": `
    %0 = pattern.contract domain = [6] ins(%a : tensor<4x6xf32>) init(%s : f32)
      maps = [affine_map<(d0) -> (0, d0)>, affine_map<(d0) -> ()>]
      iterators = ["reduction"] -> f32 {
    ^bb0(%x: f32, %p: index):
      pattern.yield %x : f32
    } combine {
    ${header}}`,
  "a scatter": `
    %0 = pattern.scatter into(%a : tensor<4x6xf32>) ins(%b : tensor<4x6xf32>) -> tensor<4x6xf32> {
    ^bb0(%x: f32, %i: index, %j: index):
      pattern.yield %i, %n, %x : index, index, f32
    } combine {
    ${header}}`,
};

for (const [name, body] of Object.entries(bodies)) {
  test(`${name} prints as it parses`, () => {
    const args = "%a: tensor<4x6xf32>, %b: tensor<4x6xf32>, %s: f32, %n: index";
    const module = parse(`func.func @f(${args}) {${body}\n  return\n}`);
    expectVerified(module);
    for (const generic of [false, true]) {
      const text = printOperation(module, { generic });
      const again = parse(text);
      expectVerified(again);
      expect(printOperation(again, { generic })).toBe(text);
    }
  });
}
