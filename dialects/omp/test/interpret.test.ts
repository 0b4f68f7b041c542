import { createStore, Interpreter, MemRefValue } from "@strata/interpret";
import { f32, i32, parseModule } from "@strata/ir";
import { expect, test } from "vitest";
import { context, everything } from "./context.ts";

function run(text: string, name: string, args: Parameters<Interpreter["run"]>[1]): unknown {
  return new Interpreter(parseModule(context, text)).run(name, args);
}

test("loops run over all positions, reductions combine into their variable", () => {
  const data = createStore(f32, 5);
  for (let i = 0; i < 5; i++) data.set(i, i + 1);
  const sum = createStore(f32, 1);
  const m = new MemRefValue(data, [5], f32);
  run(everything, "g", [m, 5, new MemRefValue(sum, [], f32)]);
  expect(sum.get(0)).toBe(15);
});

test("nests run in row-major order, inclusive bounds belong to the range", () => {
  const text = `
func.func @g(%m: memref<?xi32>, %n: i32) {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %count = memref.alloca() : memref<1xi32>
  %z = arith.constant 0 : index
  memref.store %c0, %count[%z] : memref<1xi32>
  omp.loop_nest (%i, %j) : i32 = (%c0, %c1) to (%c1, %n) inclusive step (%c1, %c1) {
    %at = memref.load %count[%z] : memref<1xi32>
    %next = arith.addi %at, %c1 : i32
    memref.store %next, %count[%z] : memref<1xi32>
    %ten = arith.constant 10 : i32
    %a = arith.muli %i, %ten : i32
    %b = arith.addi %a, %j : i32
    %p = arith.index_cast %at : i32 to index
    memref.store %b, %m[%p] : memref<?xi32>
    omp.yield
  }
  return
}`;
  const data = createStore(i32, 4);
  run(text, "g", [new MemRefValue(data, [4], i32), 2]);
  expect([0, 1, 2, 3].map((i) => data.get(i))).toEqual([1, 2, 11, 12]);
});
