import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { problemCodes, skipMlirOpt, tryMlirOpt } from "@strata/testing";
import { expect, test } from "vitest";
import { memref } from "../src/index.ts";

const context = new Context([builtin, arith, func, memref]);

const head = `func.func @f(%n: index, %x: f32, %i: i32, %m: memref<?x4xf32>, %s: memref<8x16xf32>,
    %b: memref<16xi8>, %k: memref<4xi32>) {`;

/** Lines that do not verify, with the code we say it by; upstream refuses them too. */
const lines: readonly (readonly [code: string, line: string])[] = [
  ["memref.alloc-sizes", "%0 = memref.alloc() : memref<?xf32>"],
  ["memref.alloc-sizes", "%0 = memref.alloca(%n) : memref<4xf32>"],
  ["memref.alloc-symbols", "%0 = memref.alloc()[%n] : memref<4xf32>"],
  ["memref.alignment", "%0 = memref.load %s[%n, %n] {alignment = 3 : i64} : memref<8x16xf32>"],
  ["memref.index-count", "%0 = memref.load %m[%n] : memref<?x4xf32>"],
  ["memref.index-count", "memref.store %x, %m[%n, %n, %n] : memref<?x4xf32>"],
  ["memref.copy-types", "memref.copy %s, %k : memref<8x16xf32> to memref<4xi32>"],
  ["memref.cast-types", "%0 = memref.cast %m : memref<?x4xf32> to memref<?x5xf32>"],
  ["memref.cast-types", "%0 = memref.cast %m : memref<?x4xf32> to memref<?x4xi32>"],
  ["memref.cast-types", "%0 = memref.memory_space_cast %k : memref<4xi32> to memref<5xi32, 1>"],
  [
    "memref.slice-lists",
    "%0 = memref.subview %s[0] [4, 4] [1, 1] : memref<8x16xf32> to memref<4x4xf32>",
  ],
  [
    "memref.subview-type",
    "%0 = memref.subview %s[0, 0] [4, 4] [1, 1] : memref<8x16xf32> to memref<4x4xf32>",
  ],
  [
    "memref.subview-type",
    "%0 = memref.subview %s[0, 0] [2, 4] [1, 1] : memref<8x16xf32> to memref<4xf32, strided<[1]>>",
  ],
  [
    "memref.reinterpret-shape",
    "%0 = memref.reinterpret_cast %s to offset: [0], sizes: [4], strides: [2] : memref<8x16xf32> to memref<4xf32>",
  ],
  [
    "memref.reinterpret-types",
    "%0 = memref.reinterpret_cast %s to offset: [0], sizes: [4], strides: [1] : memref<8x16xf32> to memref<4xi32>",
  ],
  [
    "memref.transpose-type",
    "%0 = memref.transpose %s (i, j) -> (j, i) : memref<8x16xf32> to memref<16x8xf32>",
  ],
  [
    "memref.transpose-map",
    "%0 = memref.transpose %s (i, j) -> (i, i) : memref<8x16xf32> to memref<8x8xf32>",
  ],
  ["memref.view-sizes", "%0 = memref.view %b[%n][] : memref<16xi8> to memref<?xf32>"],
  [
    "memref.reassociation",
    "%0 = memref.collapse_shape %s [[0], [1]] : memref<8x16xf32> into memref<128xf32>",
  ],
  [
    "memref.reassociation",
    "%0 = memref.collapse_shape %s [[1, 0]] : memref<8x16xf32> into memref<128xf32>",
  ],
  [
    "memref.reassociation",
    "%0 = memref.expand_shape %k [[0, 1]] output_shape [2, 3] : memref<4xi32> into memref<2x3xi32>",
  ],
  [
    "memref.output-shape",
    "%0 = memref.expand_shape %k [[0, 1]] output_shape [4, 1] : memref<4xi32> into memref<2x2xi32>",
  ],
  [
    "memref.reshape-layout",
    `%t = memref.subview %s[0, 0] [4, 4] [1, 1] : memref<8x16xf32> to memref<4x4xf32, strided<[16, 1]>>
    %0 = memref.collapse_shape %t [[0, 1]] : memref<4x4xf32, strided<[16, 1]>> into memref<16xf32, strided<[1]>>`,
  ],
  [
    "memref.reshape-rank",
    `%0 = memref.reshape %s(%k) : (memref<8x16xf32>, memref<4xi32>) -> memref<8x16xf32>`,
  ],
  [
    "memref.atomic-kind",
    "%0 = memref.atomic_rmw addi %x, %m[%n, %n] : (f32, memref<?x4xf32>) -> f32",
  ],
  [
    "memref.atomic-body",
    `%0 = memref.generic_atomic_rmw %k[%n] : memref<4xi32> {
    ^bb0(%v: i32):
      memref.atomic_yield %x : f32
    }`,
  ],
  ["memref.unknown-global", "%0 = memref.get_global @missing : memref<4xf32>"],
  ["memref.global-type", "%0 = memref.get_global @g : memref<5xf32>"],
  ["memref.realloc-types", "%0 = memref.realloc %s : memref<8x16xf32> to memref<4xf32>"],
  ["memref.locality", "memref.prefetch %s[%n, %n], read, locality<4>, data : memref<8x16xf32>"],
  [
    "memref.scope-results",
    `%0 = memref.alloca_scope -> (f32) {
      memref.alloca_scope.return %n : index
    }`,
  ],
  [
    "ir.operand-type",
    `"memref.store"(%i, %m, %n, %n) : (i32, memref<?x4xf32>, index, index) -> ()`,
  ],
];

const moduleOf = (line: string): string =>
  `memref.global @g : memref<4xf32>\n${head}\n  ${line}\n  return\n}`;

test.each(lines)("%s: %s", (code, line) => {
  expect([...new Set(problemCodes(context, moduleOf(line)))]).toEqual([code]);
});

test.skipIf(skipMlirOpt).each(lines)("upstream refuses as well (%s): %s", (_, line) => {
  expect(tryMlirOpt(moduleOf(line)).ok).toBe(false);
});

test("globals", () => {
  const codes = (text: string): string[] => problemCodes(context, text);
  expect(codes("memref.global @g : memref<?xf32>")).toEqual(["memref.global-type"]);
  expect(codes("memref.global @g : f32")).toEqual(["memref.global-type"]);
  expect(codes("memref.global constant @g : memref<2xf32> = uninitialized")).toEqual([
    "memref.global-value",
  ]);
  const wrong =
    '"memref.global"() <{sym_name = "g", type = memref<2xf32>, initial_value = dense<1> : tensor<2xi32>}> : () -> ()';
  expect(codes(wrong)).toEqual(["memref.global-value"]);
});
