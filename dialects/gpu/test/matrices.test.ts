import { createStore, type MemRefValue, MemRefValue as Memory } from "@strata/interpret";
import { f16, f32, type Type } from "@strata/ir";
import { problemCodes } from "@strata/testing";
import { expect, test } from "vitest";
import { context } from "./context.ts";
import { elements, failure, run } from "./launching.ts";

function filled(rows: number, columns: number, type: Type, f: (i: number) => number): MemRefValue {
  const store = createStore(type, rows * columns);
  for (let i = 0; i < store.length; i++) store.set(i, f(i));
  return new Memory(store, [rows, columns], type);
}

const kernel = (lines: string): string => `module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @kernel(%a: memref<16x16xf16>, %b: memref<16x16xf16>, %c: memref<16x16xf32>) kernel {
      %i = arith.constant 0 : index
      ${lines}
      gpu.return
    }
  }
  func.func @f(%a: memref<16x16xf16>, %b: memref<16x16xf16>, %c: memref<16x16xf32>, %one: index, %n: index) {
    gpu.launch_func @kernels::@kernel blocks in (%one, %one, %one) threads in (%n, %one, %one) args(%a : memref<16x16xf16>, %b : memref<16x16xf16>, %c : memref<16x16xf32>)
    return
  }
}`;

const product = (transposed: boolean): string => `
  %x = gpu.subgroup_mma_load_matrix %a[%i, %i] {leadDimension = 16 : index} : memref<16x16xf16> -> !gpu.mma_matrix<16x16xf16, "AOp">
  %y = gpu.subgroup_mma_load_matrix %b[%i, %i] {leadDimension = 16 : index${transposed ? ", transpose" : ""}} : memref<16x16xf16> -> !gpu.mma_matrix<16x16xf16, "BOp">
  %one = arith.constant 1.0 : f32
  %z = gpu.subgroup_mma_constant_matrix %one : !gpu.mma_matrix<16x16xf32, "COp">
  %d = gpu.subgroup_mma_compute %x, %y, %z : !gpu.mma_matrix<16x16xf16, "AOp">, !gpu.mma_matrix<16x16xf16, "BOp"> -> !gpu.mma_matrix<16x16xf32, "COp">
  %e = gpu.subgroup_mma_elementwise addf %d, %z : (!gpu.mma_matrix<16x16xf32, "COp">, !gpu.mma_matrix<16x16xf32, "COp">) -> !gpu.mma_matrix<16x16xf32, "COp">
  gpu.subgroup_mma_store_matrix %e, %c[%i, %i] {leadDimension = 16 : index} : !gpu.mma_matrix<16x16xf32, "COp">, memref<16x16xf32>`;

test.each([false, true])("a subgroup multiplies matrices, transposed: %s", (transposed) => {
  const [a, b] = [filled(16, 16, f16, (i) => i % 7), filled(16, 16, f16, (i) => (i % 5) - 2)];
  const c = filled(16, 16, f32, () => 0);
  run(kernel(product(transposed)), [a, b, c, 1, 32]);
  const [x, y] = [elements(a) as number[], elements(b) as number[]];
  const expected = Array.from({ length: 256 }, (_, at) => {
    const [i, j] = [Math.floor(at / 16), at % 16];
    let sum = 2;
    for (let k = 0; k < 16; k++) sum += x[i * 16 + k]! * y[transposed ? j * 16 + k : k * 16 + j]!;
    return sum;
  });
  expect(elements(c)).toEqual(expected);
});

test("lanes hold and replace elements", () => {
  const [a, c] = [filled(16, 16, f16, () => 0), filled(16, 16, f32, (i) => i)];
  const lines = `
    %m = gpu.subgroup_mma_load_matrix %c[%i, %i] {leadDimension = 16 : index} : memref<16x16xf32> -> !gpu.mma_matrix<16x16xf32, "COp">
    %k = arith.constant 2 : index
    %v = gpu.subgroup_mma_extract_thread_local %m[%k] : !gpu.mma_matrix<16x16xf32, "COp"> -> f32
    %w = arith.addf %v, %v : f32
    %n = gpu.subgroup_mma_insert_thread_local %w, %m[%k] : f32, !gpu.mma_matrix<16x16xf32, "COp"> -> !gpu.mma_matrix<16x16xf32, "COp">
    gpu.subgroup_mma_store_matrix %n, %c[%i, %i] {leadDimension = 16 : index} : !gpu.mma_matrix<16x16xf32, "COp">, memref<16x16xf32>`;
  run(kernel(lines), [a, a, c, 1, 32]);
  expect(elements(c)).toEqual(
    Array.from({ length: 256 }, (_, i) => (i >= 64 && i < 96 ? 2 * i : i)),
  );
});

test("all lanes take part, and what they store races like other accesses", () => {
  const args = [
    filled(16, 16, f16, () => 0),
    filled(16, 16, f16, () => 0),
    filled(16, 16, f32, () => 0),
    1,
  ];
  expect(failure(kernel(product(false)), [...args, 16]).code).toBe("gpu.mma-lanes");
  expect(failure(kernel(product(false)), [...args, 64]).code).toBe("gpu.race");
});

const invalid: readonly (readonly [code: string, line: string])[] = [
  [
    "gpu.mma-store",
    'gpu.subgroup_mma_store_matrix %a, %m[%n, %n] {leadDimension = 32 : index} : !gpu.mma_matrix<16x16xf16, "AOp">, memref<32x32xf32>',
  ],
  [
    "gpu.mma-indices",
    'gpu.subgroup_mma_store_matrix %c, %m[%n] {leadDimension = 32 : index} : !gpu.mma_matrix<16x16xf32, "COp">, memref<32x32xf32>',
  ],
  [
    "gpu.mma-order",
    '%0 = gpu.subgroup_mma_compute %a, %a, %c : !gpu.mma_matrix<16x16xf16, "AOp">, !gpu.mma_matrix<16x16xf16, "AOp"> -> !gpu.mma_matrix<16x16xf32, "COp">',
  ],
  [
    "gpu.mma-shapes",
    '%0 = gpu.subgroup_mma_compute %a, %q, %c : !gpu.mma_matrix<16x16xf16, "AOp">, !gpu.mma_matrix<16x8xf16, "BOp"> -> !gpu.mma_matrix<16x16xf32, "COp">',
  ],
  [
    "gpu.mma-shapes",
    '%0 = gpu.subgroup_mma_elementwise addf %q, %c : (!gpu.mma_matrix<16x8xf16, "BOp">, !gpu.mma_matrix<16x16xf32, "COp">) -> !gpu.mma_matrix<16x16xf32, "COp">',
  ],
];

test.each(invalid)("%s", (code, line) => {
  const text = `func.func @f(%n: index, %m: memref<32x32xf32>, %a: !gpu.mma_matrix<16x16xf16, "AOp">, %c: !gpu.mma_matrix<16x16xf32, "COp">, %q: !gpu.mma_matrix<16x8xf16, "BOp">) {
    ${line}
    return
  }`;
  expect(problemCodes(context, text)).toEqual([code]);
});
