import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { type RuntimeValue, storeOf, TensorValue } from "@strata/interpret";
import { builtin, Context, f32, i32, type Type } from "@strata/ir";
import { failureOf, runText } from "@strata/testing";
import { expect, test } from "vitest";
import { tensor } from "../src/index.ts";

const context = new Context([builtin, arith, func, tensor]);

/** A tensor with the elements 0, 1, 2, …. */
function counting(...shape: number[]): TensorValue {
  const n = shape.reduce((a, d) => a * d, 1);
  return tensorOf(
    shape,
    f32,
    Array.from({ length: n }, (_, i) => i),
  );
}

const tensorOf = (shape: readonly number[], type: Type, values: readonly number[]): TensorValue =>
  new TensorValue(shape, type, storeOf(type, values));

/** The shape and elements of a tensor. */
function parts(v: RuntimeValue | undefined): [number[], RuntimeValue[]] {
  if (!(v instanceof TensorValue)) throw new Error("no tensor");
  return [[...v.shape], Array.from({ length: v.numElements }, (_, i) => v.data.get(i))];
}

/** Runs one line that defines `%0`, of a type, from `%t` and indices. */
function line(text: string, type: string, t: TensorValue, ...rest: RuntimeValue[]): RuntimeValue {
  return runText(context, moduleOf(text, type, t, rest), [t, ...rest])[0]!;
}

function moduleOf(text: string, type: string, t: TensorValue, rest: readonly unknown[]): string {
  const dynamic = `tensor<${t.shape.map(() => "?x").join("")}${t.elementType.toString()}>`;
  const params = rest.map((_, i) => `, %i${i}: index`).join("");
  return `func.func @f(%t: ${dynamic}${params}) -> ${type} {\n${text}\nreturn %0 : ${type}\n}`;
}

function failingLine(text: string, type: string, t: TensorValue, ...rest: RuntimeValue[]): string {
  return failureOf(context, moduleOf(text, type, t, rest), [t, ...rest]).code;
}

test("elements", () => {
  const extract = "%0 = tensor.extract %t[%i0, %i1] : tensor<?x?xf32>";
  expect(line(extract, "f32", counting(2, 3), 1, 2)).toBe(5);
  expect(failingLine(extract, "f32", counting(2, 3), 1, 3)).toBe("tensor.out-of-bounds");
  const insert = `%x = arith.constant 9.0 : f32
    %0 = tensor.insert %x into %t[%i0] : tensor<?xf32>`;
  const t = counting(3);
  expect(parts(line(insert, "tensor<?xf32>", t, 1))[1]).toEqual([0, 9, 2]);
  expect(parts(t)[1]).toEqual([0, 1, 2]);
  expect(failingLine(insert, "tensor<?xf32>", t, -1)).toBe("tensor.out-of-bounds");
});

test("making tensors", () => {
  const generate = `%0 = tensor.generate %i0 {
    ^bb0(%a: index, %b: index):
      %s = arith.addi %a, %b : index
      tensor.yield %s : index
    } : tensor<?x2xindex>`;
  expect(parts(line(generate, "tensor<?x2xindex>", counting(1), 3))).toEqual([
    [3, 2],
    [0, 1, 1, 2, 2, 3],
  ]);
  expect(failingLine(generate, "tensor<?x2xindex>", counting(1), -1)).toBe("tensor.negative-size");
  const splat = `%x = arith.constant 7 : i32
    %0 = tensor.splat %x[%i0] : tensor<?x2xi32>`;
  expect(parts(line(splat, "tensor<?x2xi32>", counting(1), 2))[1]).toEqual([7, 7, 7, 7]);
  const elements = `%x = arith.constant 7 : i32
    %y = arith.constant 8 : i32
    %0 = tensor.from_elements %x, %y : tensor<2x1xi32>`;
  expect(parts(line(elements, "tensor<2x1xi32>", counting(1)))).toEqual([
    [2, 1],
    [7, 8],
  ]);
  const empty = "%0 = tensor.empty(%i0) : tensor<?xi8>";
  expect(parts(line(empty, "tensor<?xi8>", counting(1), 2))[1]).toEqual([-51, -51]);
});

test("extents", () => {
  const dim = "%0 = tensor.dim %t, %i0 : tensor<?x?xf32>";
  expect(line(dim, "index", counting(2, 3), 1)).toBe(3);
  expect(failingLine(dim, "index", counting(2, 3), 2)).toBe("tensor.dim-range");
  expect(line("%0 = tensor.rank %t : tensor<?x?xf32>", "index", counting(2, 3))).toBe(2);
  const cast = "%0 = tensor.cast %t : tensor<?x?xf32> to tensor<2x?xf32>";
  expect(parts(line(cast, "tensor<2x?xf32>", counting(2, 3)))[0]).toEqual([2, 3]);
  expect(failingLine(cast, "tensor<2x?xf32>", counting(3, 3))).toBe("tensor.cast-shape");
});

test("slices", () => {
  const take = `%0 = tensor.extract_slice %t[%i0, 1] [1, %i1] [1, 2] : tensor<?x?xf32> to tensor<?xf32>`;
  expect(parts(line(take, "tensor<?xf32>", counting(3, 5), 2, 2))).toEqual([[2], [11, 13]]);
  expect(failingLine(take, "tensor<?xf32>", counting(3, 5), 2, 3)).toBe("tensor.slice-bounds");
  expect(failingLine(take, "tensor<?xf32>", counting(3, 5), 3, 1)).toBe("tensor.slice-bounds");
  const put = `%p = tensor.extract_slice %t[0, 0] [2, 1] [1, 1] : tensor<?x?xf32> to tensor<2xf32>
    %0 = tensor.insert_slice %p into %t[%i0, %i1] [1, 2] [1, 1] : tensor<2xf32> into tensor<?x?xf32>`;
  expect(parts(line(put, "tensor<?x?xf32>", counting(2, 3), 1, 1))[1]).toEqual([0, 1, 2, 3, 0, 3]);
  expect(failingLine(put, "tensor<?x?xf32>", counting(2, 3), 1, 2)).toBe("tensor.slice-bounds");
});

test("reshapes", () => {
  const collapse =
    "%0 = tensor.collapse_shape %t [[0, 1], [2]] : tensor<?x?x?xf32> into tensor<?x?xf32>";
  expect(parts(line(collapse, "tensor<?x?xf32>", counting(2, 3, 2)))[0]).toEqual([6, 2]);
  const expand =
    "%0 = tensor.expand_shape %t [[0, 1]] output_shape [%i0, 2] : tensor<?xf32> into tensor<?x2xf32>";
  expect(parts(line(expand, "tensor<?x2xf32>", counting(6), 3))[0]).toEqual([3, 2]);
  expect(failingLine(expand, "tensor<?x2xf32>", counting(6), 4)).toBe("tensor.expand-shape");
  const reshape = `%e = tensor.from_elements %i0, %i1 : tensor<2xindex>
    %0 = tensor.reshape %t(%e) : (tensor<?xf32>, tensor<2xindex>) -> tensor<?x?xf32>`;
  expect(parts(line(reshape, "tensor<?x?xf32>", counting(6), 2, 3))[0]).toEqual([2, 3]);
  expect(failingLine(reshape, "tensor<?x?xf32>", counting(6), 2, 2)).toBe("tensor.reshape-shape");
  const bits = "%0 = tensor.bitcast %t : tensor<?xf32> to tensor<?xi32>";
  expect(parts(line(bits, "tensor<?xi32>", counting(2)))[1]).toEqual([0, 0x3f800000]);
});

test("padding", () => {
  const pad = `%0 = tensor.pad %t low[1, %i0] high[0, 1] {
    ^bb0(%a: index, %b: index):
      %s = arith.addi %a, %b : index
      %n = arith.index_cast %s : index to i32
      %x = arith.sitofp %n : i32 to f32
      tensor.yield %x : f32
    } : tensor<?x?xf32> to tensor<?x?xf32>`;
  expect(parts(line(pad, "tensor<?x?xf32>", counting(1, 2), 0))).toEqual([
    [2, 3],
    [0, 1, 2, 0, 1, 3],
  ]);
  expect(parts(line(pad, "tensor<?x?xf32>", counting(1, 2), -1))).toEqual([
    [2, 2],
    [0, 1, 1, 2],
  ]);
});

test("joining", () => {
  const join = `%0 = tensor.concat dim(1) %t, %t : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>`;
  expect(parts(line(join, "tensor<?x?xf32>", counting(2, 2)))).toEqual([
    [2, 4],
    [0, 1, 0, 1, 2, 3, 2, 3],
  ]);
});

test("positions in a tensor", () => {
  const module =
    `func.func @f(%t: tensor<?x3xf32>, %p: tensor<?x1xi32>) -> (tensor<?x3xf32>, tensor<?x3xf32>) {
    %0 = tensor.gather %t[%p] gather_dims([0]) : (tensor<?x3xf32>, tensor<?x1xi32>) -> tensor<?x3xf32>
    %1 = tensor.scatter %0 into %t[%q] scatter_dims([0]) unique : (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x1xi32>) -> tensor<?x3xf32>
    return %0, %1 : tensor<?x3xf32>, tensor<?x3xf32>
  }`.replace("%q", "%p");
  const at = (...n: number[]): TensorValue => tensorOf([n.length, 1], i32, n);
  const [taken, back] = runText(context, module, [counting(3, 3), at(2, 0)]);
  expect(parts(taken)).toEqual([
    [2, 3],
    [6, 7, 8, 0, 1, 2],
  ]);
  expect(parts(back)).toEqual(parts(counting(3, 3)));
  expect(failureOf(context, module, [counting(3, 3), at(3)]).code).toBe("tensor.out-of-bounds");
});
