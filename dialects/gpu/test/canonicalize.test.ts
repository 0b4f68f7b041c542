import { expectVerified, parseModule, printOperation } from "@strata/ir";
import { runMlirOpt, skipMlirOpt } from "@strata/testing";
import { canonicalizeIn } from "@strata/transforms";
import { expect, test } from "vitest";
import { context } from "./context.ts";

/** A module after canonicalization, its constants in alphabetical order. */
function canonical(text: string): string {
  const module = parseModule(context, text);
  expectVerified(module);
  canonicalizeIn(module, { dialects: [...context.dialects.values()] });
  expectVerified(module);
  return printOperation(module).replace(/(?:.*arith\.constant.*\n)+/g, (lines) =>
    lines
      .split("\n")
      .slice(0, -1)
      .sort()
      .map((l) => `${l}\n`)
      .join(""),
  );
}

const inKernel = (lines: string): string => `gpu.module @k {
  gpu.func @f(%x: f32, %c: i1, %out: memref<?xf32>, %n: index) kernel attributes {known_block_size = array<i32: 128, 1, 1>, known_grid_size = array<i32: 1, 8, 8>} {
    ${lines}
    gpu.return
  }
}`;

const use = (v: string): string => `memref.store ${v}, %out[%n] : memref<?xf32>`;

const onHost = (
  lines: string,
): string => `func.func @h(%n: index, %m: memref<4xf32>, %d: memref<?xf32>, %z: f32) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    ${lines}
    return
  }`;

/** Before and after, where upstream does the same. */
const alike: readonly (readonly [name: string, before: string, after: string])[] = [
  [
    "barrier; barrier",
    inKernel("gpu.barrier\n gpu.barrier\n gpu.barrier"),
    inKernel("gpu.barrier"),
  ],
  [
    "clusters of one",
    inKernel(`%s = gpu.subgroup_reduce add %x cluster(size = 1) : (f32) -> f32\n ${use("%s")}`),
    inKernel(use("%x")),
  ],
  [
    "broadcast of a broadcast",
    inKernel(`%a = gpu.subgroup_broadcast %x, first_active_lane : f32
      %b = gpu.subgroup_broadcast %a, first_active_lane : f32\n ${use("%b")}`),
    inKernel(`%a = gpu.subgroup_broadcast %x, first_active_lane : f32\n ${use("%a")}`),
  ],
  ["a wait for nothing", onHost("gpu.wait"), onHost("")],
  ["a wait for a wait", onHost("%t = gpu.wait async\n gpu.wait [%t]"), onHost("")],
  [
    "a token of a token",
    onHost(`%t = gpu.memset async %d, %z : memref<?xf32>, f32
      %u = gpu.wait async [%t]
      gpu.wait [%u]`),
    onHost(`%t = gpu.memset async %d, %z : memref<?xf32>, f32
      gpu.wait [%t]`),
  ],
  [
    "the extent of an allocation",
    onHost(`%a = gpu.alloc (%n) : memref<?xf32>
      %e = memref.dim %a, %c0 : memref<?xf32>
      memref.store %z, %d[%e] : memref<?xf32>
      gpu.dealloc %a : memref<?xf32>`),
    onHost(`%a = gpu.alloc (%n) : memref<?xf32>
      memref.store %z, %d[%n] : memref<?xf32>
      gpu.dealloc %a : memref<?xf32>`),
  ],
  [
    "copies of casts",
    onHost(`%c = memref.cast %m : memref<4xf32> to memref<?xf32>
      gpu.memcpy %d, %c : memref<?xf32>, memref<?xf32>
      gpu.memset %c, %z : memref<?xf32>, f32`),
    onHost(`gpu.memcpy %d, %m : memref<?xf32>, memref<4xf32>
      gpu.memset %m, %z : memref<4xf32>, f32`),
  ],
  [
    "a launch of one thread along a dimension",
    onHost(`gpu.launch blocks(%bx, %by, %bz) in (%gx = %n, %gy = %c1, %gz = %n) threads(%tx, %ty, %tz) in (%sx = %n, %sy = %n, %sz = %c1) {
        memref.store %z, %d[%by] : memref<?xf32>
        memref.store %z, %d[%tz] : memref<?xf32>
        memref.store %z, %d[%tx] : memref<?xf32>
        gpu.terminator
      }`),
    onHost(`gpu.launch blocks(%bx, %by, %bz) in (%gx = %n, %gy = %c1, %gz = %n) threads(%tx, %ty, %tz) in (%sx = %n, %sy = %n, %sz = %c1) {
        memref.store %z, %d[%c0] : memref<?xf32>
        memref.store %z, %d[%c0] : memref<?xf32>
        memref.store %z, %d[%tx] : memref<?xf32>
        gpu.terminator
      }`),
  ],
];

test.each(alike)("%s", (_, before, after) => {
  expect(canonical(before)).toBe(canonical(after));
  // What it becomes stays as it is.
  const once = canonical(before);
  expect(canonical(once)).toBe(once);
});

test.skipIf(skipMlirOpt)("upstream comes to the same forms", () => {
  for (const [name, before] of alike) {
    const theirs = runMlirOpt(before, ["--canonicalize"]);
    expect(canonical(theirs), name).toBe(canonical(before));
    expect(printOperation(parseModule(context, theirs)).split("\n").length, name).toBe(
      canonical(before).split("\n").length,
    );
  }
});

test("a copy that nobody reads goes away with its buffer", () => {
  const before = onHost(`%a = memref.alloc(%n) : memref<?xf32>
      gpu.memcpy %a, %d : memref<?xf32>, memref<?xf32>
      memref.dealloc %a : memref<?xf32>`);
  expect(canonical(before)).toBe(canonical(onHost("")));
  const read = onHost(`%a = memref.alloc(%n) : memref<?xf32>
      gpu.memcpy %a, %d : memref<?xf32>, memref<?xf32>
      gpu.memcpy %d, %a : memref<?xf32>, memref<?xf32>
      memref.dealloc %a : memref<?xf32>`);
  expect(canonical(read)).toContain("gpu.memcpy");
});

test("positions and sizes that the kernel promises", () => {
  const of = (line: string): string =>
    inKernel(`%i = ${line}\n memref.store %x, %out[%i] : memref<?xf32>`);
  const constant = (n: number): string => canonical(of(`arith.constant ${n} : index`));
  expect(canonical(of("gpu.thread_id y"))).toBe(constant(0));
  expect(canonical(of("gpu.block_id x"))).toBe(constant(0));
  expect(canonical(of("gpu.block_dim x"))).toBe(constant(128));
  expect(canonical(of("gpu.grid_dim z"))).toBe(constant(8));
  expect(canonical(of("gpu.thread_id x"))).toContain("gpu.thread_id x");
  expect(canonical(of("gpu.block_id y"))).toContain("gpu.block_id y");
});
