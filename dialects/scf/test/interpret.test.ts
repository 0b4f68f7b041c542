import { MemRefValue, storeOf, TensorValue } from "@strata/interpret";
import { f32, i32 } from "@strata/ir";
import { failureOf, runText } from "@strata/testing";
import { expect, test } from "vitest";
import { context } from "./context.ts";

test("index_switch runs the case that is equal, else the default", () => {
  const text = `func.func @f(%i: index) -> i32 {
    %a = arith.constant 10 : i32
    %b = arith.constant 20 : i32
    %c = arith.constant 30 : i32
    %0 = scf.index_switch %i -> i32
    case 1 {
      scf.yield %a : i32
    }
    case -2 {
      scf.yield %b : i32
    }
    default {
      scf.yield %c : i32
    }
    return %0 : i32
  }`;
  expect([1, -2, 0, 7].map((i) => runText(context, text, [i])[0])).toEqual([10, 20, 30, 30]);
});

test("forall writes memory", () => {
  const text = `func.func @f(%m: memref<3x4xi32>, %n: index) {
    %c10 = arith.constant 10 : index
    scf.forall (%i, %j) = (1, 0) to (%n, 4) step (1, 2) {
      %s = arith.muli %i, %c10 : index
      %t = arith.addi %s, %j : index
      %v = arith.index_cast %t : index to i32
      memref.store %v, %m[%i, %j] : memref<3x4xi32>
    }
    return
  }`;
  const m = new MemRefValue(storeOf(i32, new Array<number>(12).fill(0)), [3, 4], i32);
  runText(context, text, [m, 3]);
  expect([...m.positions()].map((p) => m.buffer.get(p))).toEqual([
    0, 0, 0, 0, 10, 0, 12, 0, 20, 0, 22, 0,
  ]);
});

test("forall assembles tensors; what nobody inserts stays", () => {
  const text = `func.func @f(%t: tensor<7xf32>, %x: f32) -> tensor<7xf32> {
    %0 = scf.forall (%i) in (3) shared_outs(%o = %t) -> (tensor<7xf32>) {
      %part = tensor.splat %x : tensor<1xf32>
      %at = arith.addi %i, %i : index
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %part into %o[%at] [1] [1] : tensor<1xf32> into tensor<7xf32>
      }
    }
    return %0 : tensor<7xf32>
  }`;
  const t = new TensorValue([7], f32, storeOf(f32, [0, 1, 2, 3, 4, 5, 6]));
  const [found] = runText(context, text, [t, 9]);
  if (!(found instanceof TensorValue)) throw new Error("no tensor");
  const elements = (v: TensorValue): unknown[] =>
    Array.from({ length: v.numElements }, (_, i) => v.data.get(i));
  expect(elements(found)).toEqual([9, 1, 9, 3, 9, 5, 6]);
  expect(elements(t)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("a step that is not positive ends the run", () => {
  const text = `func.func @f(%s: index) {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    scf.for %i = %c0 to %c4 step %s {
    }
    return
  }`;
  expect(failureOf(context, text, [0]).code).toBe("scf.step");
});
