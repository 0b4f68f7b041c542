import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { canonicalText } from "@strata/testing";
import { expect, test } from "vitest";
import { tensor } from "../src/index.ts";

const context = new Context([builtin, arith, func, tensor]);
const lines = (text: string): string[] => canonicalText(context, text).lines;

test("constant sizes become part of the type", () => {
  const text = `func.func @f(%x: f32) -> (tensor<?xf32>, index) {
    %c0 = arith.constant 0 : index
    %c3 = arith.constant 3 : index
    %s = tensor.splat %x[%c3] : tensor<?xf32>
    %d = tensor.dim %s, %c0 : tensor<?xf32>
    return %s, %d : tensor<?xf32>, index
  }`;
  expect(lines(text)).toEqual([
    "%c3 = arith.constant 3 : index",
    "%splat = tensor.splat %arg0 : tensor<3xf32>",
    "%cast = tensor.cast %splat : tensor<3xf32> to tensor<?xf32>",
    "return %cast, %c3 : tensor<?xf32>, index",
  ]);
});

test("elements without their tensors", () => {
  const text = `func.func @f(%x: f32, %y: f32, %t: tensor<4xf32>) -> (f32, f32, f32, f32, f32) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %e = tensor.from_elements %x, %y : tensor<2xf32>
    %0 = tensor.extract %e[%c1] : tensor<2xf32>
    %s = tensor.splat %x : tensor<4xf32>
    %1 = tensor.extract %s[%c1] : tensor<4xf32>
    %i = tensor.insert %y into %t[%c0] : tensor<4xf32>
    %2 = tensor.extract %i[%c0] : tensor<4xf32>
    %3 = tensor.extract %i[%c1] : tensor<4xf32>
    %k = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
    %4 = tensor.extract %k[%c1, %c0] : tensor<2x2xf32>
    return %0, %1, %2, %3, %4 : f32, f32, f32, f32, f32
  }`;
  expect(lines(text)).toEqual([
    "%c1 = arith.constant 1 : index",
    "%cst = arith.constant 3.000000e+00 : f32",
    "%extracted = tensor.extract %arg2[%c1] : tensor<4xf32>",
    "return %arg1, %arg0, %arg1, %extracted, %cst : f32, f32, f32, f32, f32",
  ]);
});

test("an element of a computed tensor is computed alone", () => {
  const text = `func.func @f(%x: index) -> index {
    %c2 = arith.constant 2 : index
    %g = tensor.generate {
    ^bb0(%a: index, %b: index):
      %s = arith.muli %a, %b : index
      %r = arith.addi %s, %x : index
      tensor.yield %r : index
    } : tensor<3x5xindex>
    %e = tensor.extract %g[%c2, %c2] : tensor<3x5xindex>
    return %e : index
  }`;
  expect(lines(text)).toEqual([
    "%c4 = arith.constant 4 : index",
    "%0 = arith.addi %arg0, %c4 : index",
    "return %0 : index",
  ]);
});

test("an index that may be out of range keeps its check", () => {
  const text = `func.func @f(%x: f32, %i: index) -> f32 {
    %g = tensor.generate {
    ^bb0(%a: index):
      tensor.yield %x : f32
    } : tensor<3xf32>
    %e = tensor.extract %g[%i] : tensor<3xf32>
    return %e : f32
  }`;
  expect(lines(text).join("\n")).toContain("tensor.extract");
});

test("constants are folded", () => {
  const text = `func.func @f() -> (tensor<2xi32>, tensor<4xi32>, tensor<2x2xi32>, tensor<2xi32>) {
    %c1 = arith.constant 1 : index
    %a = arith.constant 5 : i32
    %b = arith.constant 6 : i32
    %0 = tensor.from_elements %a, %b : tensor<2xi32>
    %1 = tensor.splat %a : tensor<4xi32>
    %2 = tensor.expand_shape %1 [[0, 1]] output_shape [2, 2] : tensor<4xi32> into tensor<2x2xi32>
    %3 = tensor.insert %a into %0[%c1] : tensor<2xi32>
    return %0, %1, %2, %3 : tensor<2xi32>, tensor<4xi32>, tensor<2x2xi32>, tensor<2xi32>
  }`;
  const found = lines(text);
  expect(found).toHaveLength(5);
  expect(found.slice(0, 4).every((l) => l.includes("arith.constant dense<"))).toBe(true);
});

test("slices", () => {
  const text = `func.func @f(%t: tensor<6x6xf32>, %p: tensor<2x2xf32>, %i: index) -> (tensor<?x?xf32>, tensor<6x6xf32>, tensor<2x2xf32>, tensor<6x6xf32>, tensor<3xf32>) {
    %c2 = arith.constant 2 : index
    %0 = tensor.extract_slice %t[%c2, 0] [%c2, %c2] [1, 1] : tensor<6x6xf32> to tensor<?x?xf32>
    %1 = tensor.extract_slice %t[0, 0] [6, 6] [1, 1] : tensor<6x6xf32> to tensor<6x6xf32>
    %2 = tensor.insert_slice %p into %t[%c2, 1] [2, 2] [1, 1] : tensor<2x2xf32> into tensor<6x6xf32>
    %3 = tensor.extract_slice %2[%c2, 1] [2, 2] [1, 1] : tensor<6x6xf32> to tensor<2x2xf32>
    %4 = tensor.extract_slice %t[%i, 0] [2, 2] [1, 1] : tensor<6x6xf32> to tensor<2x2xf32>
    %5 = tensor.insert_slice %4 into %t[%i, 0] [2, 2] [1, 1] : tensor<2x2xf32> into tensor<6x6xf32>
    %k = arith.constant dense<1.5> : tensor<8xf32>
    %6 = tensor.extract_slice %k[2] [3] [2] : tensor<8xf32> to tensor<3xf32>
    return %0, %1, %3, %5, %6 : tensor<?x?xf32>, tensor<6x6xf32>, tensor<2x2xf32>, tensor<6x6xf32>, tensor<3xf32>
  }`;
  expect(lines(text)).toEqual([
    "%cst = arith.constant dense<1.500000e+00> : tensor<3xf32>",
    "%extracted_slice = tensor.extract_slice %arg0[2, 0] [2, 2] [1, 1] : tensor<6x6xf32> to tensor<2x2xf32>",
    "%cast = tensor.cast %extracted_slice : tensor<2x2xf32> to tensor<?x?xf32>",
    "return %cast, %arg0, %arg1, %arg0, %cst : tensor<?x?xf32>, tensor<6x6xf32>, tensor<2x2xf32>, tensor<6x6xf32>, tensor<3xf32>",
  ]);
});

test("casts and extents", () => {
  const text = `func.func @f(%t: tensor<3x?xf32>, %i: index) -> (index, index, tensor<3x?xf32>, f32) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %a = tensor.cast %t : tensor<3x?xf32> to tensor<?x?xf32>
    %b = tensor.cast %a : tensor<?x?xf32> to tensor<*xf32>
    %r = tensor.rank %b : tensor<*xf32>
    %d = tensor.dim %b, %c0 : tensor<*xf32>
    %c = tensor.cast %a : tensor<?x?xf32> to tensor<3x?xf32>
    %x = tensor.extract %a[%c0, %i] : tensor<?x?xf32>
    return %r, %d, %c, %x : index, index, tensor<3x?xf32>, f32
  }`;
  expect(lines(text)).toEqual([
    "%c0 = arith.constant 0 : index",
    "%c2 = arith.constant 2 : index",
    "%c3 = arith.constant 3 : index",
    "%extracted = tensor.extract %arg0[%c0, %arg1] : tensor<3x?xf32>",
    "return %c2, %c3, %arg0, %extracted : index, index, tensor<3x?xf32>, f32",
  ]);
});

test("reshapes merge and cancel", () => {
  const text = `func.func @f(%t: tensor<2x3x4xf32>) -> (tensor<24xf32>, tensor<2x3x4xf32>) {
    %a = tensor.collapse_shape %t [[0, 1], [2]] : tensor<2x3x4xf32> into tensor<6x4xf32>
    %b = tensor.collapse_shape %a [[0, 1]] : tensor<6x4xf32> into tensor<24xf32>
    %c = tensor.expand_shape %a [[0, 1], [2]] output_shape [2, 3, 4] : tensor<6x4xf32> into tensor<2x3x4xf32>
    return %b, %c : tensor<24xf32>, tensor<2x3x4xf32>
  }`;
  expect(lines(text)).toEqual([
    "%collapsed = tensor.collapse_shape %arg0 [[0, 1, 2]] : tensor<2x3x4xf32> into tensor<24xf32>",
    "return %collapsed, %arg0 : tensor<24xf32>, tensor<2x3x4xf32>",
  ]);
});

test("a tensor taken apart and put together is the tensor", () => {
  const text = `func.func @f(%t: tensor<2xf32>) -> tensor<2xf32> {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %a = tensor.extract %t[%c0] : tensor<2xf32>
    %b = tensor.extract %t[%c1] : tensor<2xf32>
    %0 = tensor.from_elements %a, %b : tensor<2xf32>
    return %0 : tensor<2xf32>
  }`;
  expect(lines(text)).toEqual(["return %arg0 : tensor<2xf32>"]);
});
