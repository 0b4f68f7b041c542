import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { problemCodes, skipMlirOpt, tryMlirOpt } from "@strata/testing";
import { expect, test } from "vitest";
import { tensor } from "../src/index.ts";

const context = new Context([builtin, arith, func, tensor]);

/** Lines that do not verify, with the code we say it by; upstream refuses them too. */
const lines: readonly (readonly [code: string, line: string])[] = [
  ["tensor.dynamic-sizes", "%0 = tensor.empty() : tensor<?xf32>"],
  ["tensor.dynamic-sizes", "%0 = tensor.splat %x[%n] : tensor<4xf32>"],
  ["tensor.index-count", "%0 = tensor.extract %t[%n] : tensor<?x4xf32>"],
  ["tensor.index-count", "%0 = tensor.insert %x into %t[%n] : tensor<?x4xf32>"],
  ["tensor.element-count", "%0 = tensor.from_elements %x, %x : tensor<3xf32>"],
  ["tensor.cast-types", "%0 = tensor.cast %t : tensor<?x4xf32> to tensor<?x5xf32>"],
  ["tensor.cast-types", "%0 = tensor.cast %t : tensor<?x4xf32> to tensor<?xf32>"],
  ["tensor.bitcast-types", "%0 = tensor.bitcast %s : tensor<8x16xf32> to tensor<8x16xi16>"],
  [
    "tensor.slice-lists",
    "%0 = tensor.extract_slice %s[0] [4] [1] : tensor<8x16xf32> to tensor<4xf32>",
  ],
  [
    "tensor.slice-type",
    "%0 = tensor.extract_slice %s[0, 0] [4, 4] [1, 1] : tensor<8x16xf32> to tensor<4x5xf32>",
  ],
  [
    "tensor.slice-type",
    "%0 = tensor.extract_slice %s[0, 0] [4, 4] [1, 1] : tensor<8x16xf32> to tensor<4xf32>",
  ],
  [
    "tensor.slice-type",
    "%0 = tensor.insert_slice %k into %s[0, 0] [4, 1] [1, 1] : tensor<3xf32> into tensor<8x16xf32>",
  ],
  [
    "tensor.reassociation",
    "%0 = tensor.collapse_shape %s [[0, 1]] : tensor<8x16xf32> into tensor<127xf32>",
  ],
  [
    "tensor.reassociation",
    "%0 = tensor.collapse_shape %s [[1], [0]] : tensor<8x16xf32> into tensor<16x8xf32>",
  ],
  [
    "tensor.output-shape",
    "%0 = tensor.expand_shape %k [[0, 1]] output_shape [3] : tensor<3xf32> into tensor<3x1xf32>",
  ],
  [
    "tensor.reshape-size",
    "%0 = tensor.reshape %s(%e) : (tensor<8x16xf32>, tensor<2xi32>) -> tensor<8x15xf32>",
  ],
  [
    "tensor.reshape-rank",
    "%0 = tensor.reshape %s(%e) : (tensor<8x16xf32>, tensor<2xi32>) -> tensor<128xf32>",
  ],
  [
    "tensor.pad-type",
    `%0 = tensor.pad %k low[1] high[1] {
    ^bb0(%a: index):
      tensor.yield %x : f32
    } : tensor<3xf32> to tensor<6xf32>`,
  ],
  [
    "tensor.body-yield",
    `%0 = tensor.generate {
    ^bb0(%a: index):
      tensor.yield %n : index
    } : tensor<3xf32>`,
  ],
  [
    "tensor.body-args",
    `%0 = tensor.generate {
    ^bb0(%a: index, %b: index):
      tensor.yield %x : f32
    } : tensor<3xf32>`,
  ],
  [
    "tensor.concat-types",
    "%0 = tensor.concat dim(0) %s, %k : (tensor<8x16xf32>, tensor<3xf32>) -> tensor<11x16xf32>",
  ],
  [
    "tensor.gather-dims",
    "%0 = tensor.gather %s[%p] gather_dims([2]) : (tensor<8x16xf32>, tensor<5x1xindex>) -> tensor<5x1x16xf32>",
  ],
  [
    "tensor.gather-type",
    "%0 = tensor.gather %s[%p] gather_dims([0]) : (tensor<8x16xf32>, tensor<5x1xindex>) -> tensor<4x1x16xf32>",
  ],
  [
    "tensor.scatter-unique",
    "%0 = tensor.scatter %g into %s[%p] scatter_dims([0]) : (tensor<5x1x16xf32>, tensor<8x16xf32>, tensor<5x1xindex>) -> tensor<8x16xf32>",
  ],
  [
    "ir.operand-type",
    '%0 = "tensor.insert"(%n, %k, %n) : (index, tensor<3xf32>, index) -> tensor<3xf32>',
  ],
];

const moduleOf = (line: string): string => `func.func @f(%n: index, %x: f32, %t: tensor<?x4xf32>,
    %s: tensor<8x16xf32>, %k: tensor<3xf32>, %e: tensor<2xi32>, %p: tensor<5x1xindex>,
    %g: tensor<5x1x16xf32>) {
  ${line}
  return
}`;

test.each(lines)("%s: %s", (code, line) => {
  expect([...new Set(problemCodes(context, moduleOf(line)))]).toEqual([code]);
});

test.skipIf(skipMlirOpt).each(lines)("upstream refuses as well (%s): %s", (_, line) => {
  expect(tryMlirOpt(moduleOf(line)).ok).toBe(false);
});
