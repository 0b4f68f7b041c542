import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { canonicalText } from "@strata/testing";
import { expect, test } from "vitest";
import { memref } from "../src/index.ts";

const context = new Context([builtin, arith, func, memref]);
/** Canonicalization of a function whose arguments no random value fits. */
const lines = (text: string): string[] => canonicalText(context, text, 0).lines;

test("constant sizes become part of the type", () => {
  const text = `func.func @f(%x: f32, %n: index) -> (f32, index, index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %m = memref.alloc(%c4, %c4) : memref<?x?xf32>
    memref.store %x, %m[%c1, %c1] : memref<?x?xf32>
    %y = memref.load %m[%c1, %c1] : memref<?x?xf32>
    %d = memref.dim %m, %c1 : memref<?x?xf32>
    %r = memref.rank %m : memref<?x?xf32>
    memref.dealloc %m : memref<?x?xf32>
    return %y, %d, %r : f32, index, index
  }`;
  expect(canonicalText(context, text).lines).toEqual([
    "%c1 = arith.constant 1 : index",
    "%c4 = arith.constant 4 : index",
    "%c2 = arith.constant 2 : index",
    "%alloc = memref.alloc() : memref<4x4xf32>",
    "memref.store %arg0, %alloc[%c1, %c1] : memref<4x4xf32>",
    "%0 = memref.load %alloc[%c1, %c1] : memref<4x4xf32>",
    "memref.dealloc %alloc : memref<4x4xf32>",
    "return %0, %c4, %c2 : f32, index, index",
  ]);
});

test("a buffer that nobody reads goes away", () => {
  const text = `func.func @f(%x: f32) -> f32 {
    %c1 = arith.constant 1 : index
    %m = memref.alloc() : memref<4xf32>
    memref.store %x, %m[%c1] : memref<4xf32>
    memref.dealloc %m : memref<4xf32>
    return %x : f32
  }`;
  expect(canonicalText(context, text).lines).toEqual(["return %arg0 : f32"]);
});

test("a stored buffer is read perhaps", () => {
  const text = `func.func @f(%m: memref<memref<4xf32>>) {
    %a = memref.alloc() : memref<4xf32>
    memref.store %a, %m[] : memref<memref<4xf32>>
    return
  }`;
  expect(lines(text)).toHaveLength(3);
});

test("extents come from where they are stated", () => {
  const type = "memref<?x?xf32, strided<[?, 1], offset: ?>>";
  const text = `func.func @f(%m: memref<?x?xf32>, %n: index, %k: index) -> (index, index, index, index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %a = memref.alloc(%n) : memref<3x?xf32>
    %0 = memref.dim %a, %c1 : memref<3x?xf32>
    %s = memref.subview %m[%n, %k] [%k, %n] [1, 1] : memref<?x?xf32> to ${type}
    %1 = memref.dim %s, %c0 : ${type}
    %t = memref.transpose %m (i, j) -> (j, i) : memref<?x?xf32> to memref<?x?xf32, strided<[1, ?]>>
    %2 = memref.dim %t, %c0 : memref<?x?xf32, strided<[1, ?]>>
    %e = memref.expand_shape %m [[0, 1], [2]] output_shape [%n, 2, %k] : memref<?x?xf32> into memref<?x2x?xf32>
    %3 = memref.dim %e, %c0 : memref<?x2x?xf32>
    return %0, %1, %2, %3 : index, index, index, index
  }`;
  expect(lines(text)).toEqual([
    "%c1 = arith.constant 1 : index",
    "%dim = memref.dim %arg0, %c1 : memref<?x?xf32>",
    "return %arg1, %arg2, %dim, %arg1 : index, index, index, index",
  ]);
});

test("slices get static types", () => {
  const from = "memref<8x16xf32>";
  const to = "memref<?x?xf32, strided<[16, ?], offset: ?>>";
  const text = `func.func @f(%m: ${from}) -> ${to} {
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %s = memref.subview %m[%c1, 0] [%c4, %c4] [1, %c1] : ${from} to ${to}
    return %s : ${to}
  }`;
  expect(lines(text)).toEqual([
    "%subview = memref.subview %arg0[1, 0] [4, 4] [1, 1] : memref<8x16xf32> to memref<4x4xf32, strided<[16, 1], offset: 16>>",
    `%cast = memref.cast %subview : memref<4x4xf32, strided<[16, 1], offset: 16>> to ${to}`,
    `return %cast : ${to}`,
  ]);
});

test("uses of casts use what was cast", () => {
  const text = `func.func @f(%m: memref<4xf32>, %i: index) -> (f32, memref<?xf32>) {
    %a = memref.cast %m : memref<4xf32> to memref<?xf32>
    %b = memref.cast %a : memref<?xf32> to memref<*xf32>
    %c = memref.cast %b : memref<*xf32> to memref<?xf32>
    %x = memref.load %a[%i] : memref<?xf32>
    memref.copy %a, %c : memref<?xf32> to memref<?xf32>
    return %x, %c : f32, memref<?xf32>
  }`;
  expect(lines(text)).toEqual([
    "%cast = memref.cast %arg0 : memref<4xf32> to memref<?xf32>",
    "%0 = memref.load %arg0[%arg1] : memref<4xf32>",
    "return %0, %cast : f32, memref<?xf32>",
  ]);
});

test("a cast that assumes stays", () => {
  const text = `func.func @f(%m: memref<?xf32>, %i: index) -> f32 {
    %a = memref.cast %m : memref<?xf32> to memref<4xf32>
    %x = memref.load %a[%i] : memref<4xf32>
    return %x : f32
  }`;
  expect(lines(text)[0]).toContain("memref.cast");
});

test("constant tables are looked up", () => {
  const text = `memref.global "private" constant @t : memref<2x2xi32> = dense<[[1, 2], [3, 4]]>
  func.func @f(%i: index) -> (i32, i32) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %t = memref.get_global @t : memref<2x2xi32>
    %x = memref.load %t[%c1, %c0] : memref<2x2xi32>
    %y = memref.load %t[%c1, %i] : memref<2x2xi32>
    return %x, %y : i32, i32
  }`;
  expect(lines(text)).toContain("return %c3_i32, %1 : i32, i32");
});

test("reshapes merge and cancel", () => {
  const text = `func.func @f(%m: memref<2x3x4xf32>) -> (memref<24xf32>, memref<2x3x4xf32>, memref<2x3x2x2xf32>) {
    %a = memref.collapse_shape %m [[0, 1], [2]] : memref<2x3x4xf32> into memref<6x4xf32>
    %b = memref.collapse_shape %a [[0, 1]] : memref<6x4xf32> into memref<24xf32>
    %c = memref.expand_shape %a [[0, 1], [2]] output_shape [2, 3, 4] : memref<6x4xf32> into memref<2x3x4xf32>
    %d = memref.expand_shape %c [[0], [1], [2, 3]] output_shape [2, 3, 2, 2] : memref<2x3x4xf32> into memref<2x3x2x2xf32>
    return %b, %c, %d : memref<24xf32>, memref<2x3x4xf32>, memref<2x3x2x2xf32>
  }`;
  expect(lines(text)).toEqual([
    "%collapse_shape = memref.collapse_shape %arg0 [[0, 1, 2]] : memref<2x3x4xf32> into memref<24xf32>",
    "%expand_shape = memref.expand_shape %arg0 [[0], [1], [2, 3]] output_shape [2, 3, 2, 2] : memref<2x3x4xf32> into memref<2x3x2x2xf32>",
    "return %collapse_shape, %arg0, %expand_shape : memref<24xf32>, memref<2x3x4xf32>, memref<2x3x2x2xf32>",
  ]);
});

test("static metadata is known", () => {
  const type = "memref<?x4xf32, strided<[8, 1], offset: ?>>";
  const text = `func.func @f(%m: ${type}) -> (index, index, index, index, index) {
    %b, %o, %e:4 = memref.extract_strided_metadata %m : ${type} -> memref<f32>, index, index, index, index, index
    return %o, %e#0, %e#1, %e#2, %e#3 : index, index, index, index, index
  }`;
  const found = lines(text);
  expect(found[found.length - 1]).toBe(
    "return %base_buffer#1, %base_buffer#2, %c4, %c8, %c1 : index, index, index, index, index",
  );
});
