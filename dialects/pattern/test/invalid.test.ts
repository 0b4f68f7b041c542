import { verify } from "@strata/ir";
import { describe, expect, it } from "vitest";
import { parse } from "./context.ts";

const windows =
  "^bb0(%c: !pattern.window<f32, 2>, %i: index, %j: index):\n" +
  "  %1 = pattern.access %c[0, 1] : !pattern.window<f32, 2>\n  pattern.yield %1 : f32\n";
const combine = "combine {\n^bb0(%x: f32, %y: f32):\n  pattern.yield %x : f32\n}";

const contract = (domain: string, maps: string, iterators: string, type: string): string => `
  %0 = pattern.contract domain = ${domain} ins(%a : tensor<4x6xf32>) init(%s : f32)
    maps = [${maps}] iterators = [${iterators}] -> ${type} {
  ^bb0(%x: f32, %i: index, %p: index):
    pattern.yield %x : f32
  } ${combine}`;

const rows = "affine_map<(d0, d1) -> (d0, d1)>";
const first = "affine_map<(d0, d1) -> (d0)>";
const usual = '"parallel", "reduction"';

/** Functions that do not verify, with the code that says why. */
const cases: readonly (readonly [code: string, body: string])[] = [
  [
    "pattern.boundaries",
    `%0 = pattern.stencil ins(%a : tensor<4x6xf32>) boundary = [clamp, wrap] -> tensor<4x6xf32> {
     ${windows}}`,
  ],
  [
    "pattern.boundary-value",
    `%0 = pattern.stencil ins(%a : tensor<4x6xf32>) boundary = constant -> tensor<4x6xf32> {
     ${windows}}`,
  ],
  [
    "pattern.boundary-value",
    `%0 = pattern.stencil ins(%a : tensor<4x6xf32>) boundary = constant(%n : index)
       -> tensor<4x6xf32> { ${windows}}`,
  ],
  [
    "pattern.shape",
    `%0 = pattern.stencil ins(%a : tensor<4x6xf32>) boundary = clamp strides = [2, 1]
       -> tensor<4x6xf32> { ${windows}}`,
  ],
  [
    "pattern.strides",
    `%0 = pattern.stencil ins(%a : tensor<4x6xf32>) boundary = clamp strides = [2]
       -> tensor<2x6xf32> { ${windows}}`,
  ],
  [
    "pattern.parity",
    `%0 = pattern.stencil ins(%a : tensor<4x6xf32>) boundary = clamp parity = 2
       -> tensor<4x6xf32> { ${windows}}`,
  ],
  ["pattern.contract-iterators", contract("[4, 6]", `${rows}, ${first}`, '"parallel"', "f32")],
  ["pattern.sizes", contract("[4, -1]", `${rows}, ${first}`, usual, "tensor<4xf32>")],
  ["pattern.contract-maps", contract("[4, 6]", rows, usual, "tensor<4xf32>")],
  ["pattern.contract-maps", contract("[4, 6]", `${first}, ${first}`, usual, "tensor<4xf32>")],
  ["pattern.contract-output", contract("[4, 6]", `${rows}, ${rows}`, usual, "tensor<4x6xf32>")],
  ["pattern.contract-type", contract("[4, 6]", `${rows}, ${first}`, usual, "tensor<6xf32>")],
  [
    "pattern.body-arguments",
    `%0 = pattern.scatter into(%a : tensor<4x6xf32>) ins(%a : tensor<4x6xf32>)
       -> tensor<4x6xf32> {
     ^bb0(%x: f32, %i: index):
       pattern.yield %i, %n, %x : index, index, f32
     } ${combine}`,
  ],
  [
    "pattern.scatter-type",
    `%0 = pattern.scatter into(%a : tensor<4x6xf32>) ins(%a : tensor<4x6xf32>)
       -> tensor<4x5xf32> {
     ^bb0(%x: f32, %i: index, %j: index):
       pattern.yield %i, %n, %x : index, index, f32
     } ${combine}`,
  ],
];

describe("operations that do not verify", () => {
  it.each(cases)("%s", (code, body) => {
    const module = parse(
      `func.func @f(%a: tensor<4x6xf32>, %s: f32, %n: index) {\n${body}\n  return\n}`,
    );
    expect(verify(module).map((d) => d.code)).toContain(code);
  });
});
