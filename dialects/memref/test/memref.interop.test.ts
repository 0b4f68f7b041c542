import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { expectUpstreamAgrees, skipMlirOpt } from "@strata/testing";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { memref } from "../src/index.ts";

const context = new Context([builtin, arith, func, memref]);
const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");

test.skipIf(skipMlirOpt)("upstream reads and writes the same", () => {
  expectUpstreamAgrees(context, text);
});

/** Slices and reshapes whose types follow from those of their sources. */
const layouts = `func.func @f(%n: index, %m: index, %a: memref<?x?xf32>, %s: memref<8x16xf32>,
    %t: memref<4x8xf32, strided<[32, 2], offset: 3>>, %u: memref<?x4x6xf32, strided<[24, 6, 1], offset: ?>>) {
  %0 = memref.subview %a[0, 0] [%n, 4] [1, 1] : memref<?x?xf32> to memref<?x4xf32, strided<[?, 1]>>
  %1 = memref.subview %a[%n, 2] [1, 4] [%n, 3] : memref<?x?xf32> to memref<1x4xf32, strided<[?, 3], offset: ?>>
  %2 = memref.subview %s[2, 3] [1, 1] [1, 1] : memref<8x16xf32> to memref<f32, strided<[], offset: 35>>
  %3 = memref.subview %t[1, 2] [2, 3] [2, 1] : memref<4x8xf32, strided<[32, 2], offset: 3>> to memref<2x3xf32, strided<[64, 2], offset: 39>>
  %4 = memref.subview %s[0, 0] [8, 16] [1, 1] : memref<8x16xf32> to memref<8x16xf32>
  %5 = memref.collapse_shape %u [[0], [1, 2]] : memref<?x4x6xf32, strided<[24, 6, 1], offset: ?>> into memref<?x24xf32, strided<[24, 1], offset: ?>>
  %6 = memref.expand_shape %t [[0], [1, 2]] output_shape [4, 4, 2] : memref<4x8xf32, strided<[32, 2], offset: 3>> into memref<4x4x2xf32, strided<[32, 4, 2], offset: 3>>
  %7 = memref.cast %t : memref<4x8xf32, strided<[32, 2], offset: 3>> to memref<?x8xf32, strided<[?, 2], offset: ?>>
  %8 = memref.transpose %t (i, j) -> (j, i) : memref<4x8xf32, strided<[32, 2], offset: 3>> to memref<8x4xf32, strided<[2, 32], offset: 3>>
  return
}`;

test.skipIf(skipMlirOpt)("strides and offsets are computed as upstream does", () => {
  expectUpstreamAgrees(context, layouts);
  expect(() =>
    expectUpstreamAgrees(context, layouts.replace("offset: 35", "offset: 36")),
  ).toThrow();
});
