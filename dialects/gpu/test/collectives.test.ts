import { i32 } from "@strata/ir";
import { describe, expect, test } from "vitest";
import { buffer, elements, failure, matrix, moduleOf, run, zeros } from "./launching.ts";

const sequence = (n: number, f: (i: number) => number = (i) => i): number[] =>
  Array.from({ length: n }, (_, i) => f(i));

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

/** Each thread loads its element, computes `%r` of it, and stores that. */
const each = (compute: string, type = "i32"): string => `
  %t = gpu.global_id x
  %x = memref.load %out[%t] : memref<?x${type}>
  ${compute}
  memref.store %r, %out[%t] : memref<?x${type}>`;

const how = { args: "%out", types: "memref<?xi32>" } as const;

describe("shuffles", () => {
  const shuffle = (mode: string, offset: number, width = 32): string =>
    each(`%o = arith.constant ${offset} : i32
      %w = arith.constant ${width} : i32
      %s, %ok = gpu.shuffle ${mode} %x, %o, %w : i32
      %none = arith.constant -1 : i32
      %r = arith.select %ok, %s, %none : i32`);

  test.each<[string, number, number, (lane: number) => number]>([
    ["xor", 1, 32, (l) => l ^ 1],
    ["xor", 16, 32, (l) => l ^ 16],
    ["xor", 3, 8, (l) => (l < 8 ? l ^ 3 : -1)],
    ["up", 1, 32, (l) => l - 1],
    ["up", 5, 32, (l) => (l < 5 ? -1 : l - 5)],
    ["down", 2, 32, (l) => (l < 30 ? l + 2 : -1)],
    ["down", 2, 16, (l) => (l < 14 ? l + 2 : -1)],
    ["idx", 7, 32, () => 7],
    ["idx", 40, 32, () => -1],
  ])("%s by %i among %i", (mode, offset, width, from) => {
    const out = buffer(sequence(32), i32);
    run(moduleOf(shuffle(mode, offset, width), how), [out]);
    expect(elements(out)).toEqual(sequence(32, from));
  });

  test("subgroups do not see each other", () => {
    const out = buffer(sequence(64), i32);
    run(moduleOf(shuffle("idx", 0), { ...how, block: [64, 1, 1] }), [out]);
    expect(elements(out)).toEqual(sequence(64, (i) => (i < 32 ? 0 : 32)));
  });

  test("only lanes that take part are read", () => {
    const half = moduleOf(shuffle("xor", 16), { ...how, block: [16, 1, 1] });
    expect(failure(half, [zeros(16, i32)])).toMatchObject({
      code: "gpu.inactive-lane",
      message: expect.stringContaining("reads from lane 16 of its subgroup"),
    });
    const inBranch = `
      %t = gpu.thread_id x
      %c16 = arith.constant 16 : index
      %low = arith.cmpi ult, %t, %c16 : index
      scf.if %low { ${shuffle("xor", 1, 16).replace("%t = gpu.global_id x", "")} }`;
    const out = buffer(sequence(32), i32);
    run(moduleOf(inBranch, how), [out]);
    expect(elements(out)).toEqual(sequence(32, (l) => (l < 16 ? l ^ 1 : l)));
  });

  test("widths", () => {
    expect(failure(moduleOf(shuffle("xor", 1, 64), how), [zeros(32, i32)]).code).toBe(
      "gpu.shuffle-width",
    );
    const uneven = each(`%o = arith.constant 1 : i32
      %r, %ok = gpu.shuffle idx %x, %o, %x : i32`);
    expect(
      failure(moduleOf(uneven, how), [
        buffer(
          sequence(32, (i) => i + 1),
          i32,
        ),
      ]).code,
    ).toBe("gpu.not-uniform");
  });

  test("rotation and broadcast", () => {
    const rotate = each("%r, %ok = gpu.rotate %x, 3, 32 : i32");
    const out = buffer(sequence(32), i32);
    run(moduleOf(rotate, how), [out]);
    expect(elements(out)).toEqual(sequence(32, (l) => (l + 3) % 32));
    const first = each("%r = gpu.subgroup_broadcast %x, first_active_lane : i32");
    run(moduleOf(first, how), [out]);
    expect(elements(out)).toEqual(new Array(32).fill(3));
    const lane = each(
      "%o = arith.constant 9 : i32 %r = gpu.subgroup_broadcast %x, specific_lane %o : i32",
    );
    const again = buffer(sequence(32), i32);
    run(moduleOf(lane, how), [again]);
    expect(elements(again)).toEqual(new Array(32).fill(9));
  });

  test("lanes that took different branches meet again behind them", () => {
    const body = `
      %t = gpu.thread_id x
      %x = memref.load %out[%t] : memref<?xi32>
      %c1 = arith.constant 1 : i32
      %c16 = arith.constant 16 : i32
      %w = arith.constant 32 : i32
      %low = arith.cmpi slt, %x, %c16 : i32
      %y = scf.if %low -> i32 {
        %s, %ok = gpu.shuffle xor %x, %c1, %c16 : i32
        scf.yield %s : i32
      } else {
        scf.yield %x : i32
      }
      %r, %all = gpu.shuffle xor %y, %c16, %w : i32
      memref.store %r, %out[%t] : memref<?xi32>`;
    for (const seed of [undefined, 1, 2]) {
      const out = buffer(sequence(32), i32);
      run(moduleOf(body, how), [out], { seed });
      expect(elements(out)).toEqual(sequence(32, (l) => (l < 16 ? l + 16 : (l - 16) ^ 1)));
    }
  });

  test("lanes leave a loop at different times", () => {
    const body = `
      %t = gpu.thread_id x
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %zero = arith.constant 0 : i32
      %one = arith.constant 1 : i32
      %n = scf.for %i = %c0 to %t step %c1 iter_args(%k = %zero) -> i32 {
        %all = gpu.subgroup_reduce add %one : (i32) -> i32
        %next = arith.addi %k, %all : i32
        scf.yield %next : i32
      }
      %total = gpu.subgroup_reduce maxsi %n : (i32) -> i32
      memref.store %n, %out[%t] : memref<?xi32>`;
    const out = zeros(8, i32);
    run(moduleOf(body, { ...how, block: [8, 1, 1] }), [out], { subgroupSize: 8 });
    // In round k (from 0) the lanes above k take part: 7 - k of them.
    expect(elements(out)).toEqual(sequence(8, (l) => sum(sequence(l, (k) => 7 - k))));
  });
});

describe("reductions", () => {
  test.each<[string, (values: readonly number[]) => number]>([
    ["add", sum],
    ["maxsi", (v) => Math.max(...v)],
    ["minsi", (v) => Math.min(...v)],
    ["xor", (v) => v.reduce((a, b) => a ^ b)],
  ])("%s of a subgroup and of a block", (kind, reduce) => {
    const values = sequence(64, (i) => ((i * 37) % 64) - 20);
    const out = buffer(values, i32);
    const inSubgroup = each(`%r = gpu.subgroup_reduce ${kind} %x uniform : (i32) -> i32`);
    run(moduleOf(inSubgroup, { ...how, block: [64, 1, 1] }), [out]);
    const halves = [reduce(values.slice(0, 32)), reduce(values.slice(32))];
    expect(elements(out)).toEqual(sequence(64, (i) => halves[Math.floor(i / 32)]!));
    const whole = buffer(values, i32);
    const inBlock = each(`%r = gpu.all_reduce ${kind} %x {} : (i32) -> i32`);
    run(moduleOf(inBlock, { ...how, block: [64, 1, 1] }), [whole]);
    expect(elements(whole)).toEqual(new Array(64).fill(reduce(values)));
  });

  test("with a body, in each block by itself", () => {
    const body = each(`%r = gpu.all_reduce %x {
      ^bb0(%a: i32, %b: i32):
        %p = arith.muli %a, %b : i32
        gpu.yield %p : i32
      } : (i32) -> i32`);
    const out = buffer([1, 2, 3, 4, 5, 6], i32);
    run(moduleOf(body, { ...how, grid: [2, 1, 1], block: [3, 1, 1] }), [out], { seed: 3 });
    expect(elements(out)).toEqual([6, 6, 6, 120, 120, 120]);
  });

  test("clusters of lanes, with strides", () => {
    const values = sequence(16, (i) => i);
    const reduced = (size: number, stride: number): readonly unknown[] => {
      const out = buffer(values, i32);
      const clause = `cluster(size = ${size}${stride === 1 ? "" : `, stride = ${stride}`})`;
      const text = each(`%r = gpu.subgroup_reduce add %x ${clause} : (i32) -> i32`);
      run(moduleOf(text, { ...how, block: [16, 1, 1] }), [out], { subgroupSize: 16 });
      return elements(out);
    };
    expect(reduced(4, 1)).toEqual(sequence(16, (i) => sum(sequence(4, (k) => i - (i % 4) + k))));
    expect(reduced(4, 4)).toEqual(sequence(16, (i) => sum(sequence(4, (k) => (i % 4) + 4 * k))));
    expect(reduced(2, 4)).toEqual(sequence(16, (i) => 2 * (Math.floor(i / 8) * 8 + (i % 4)) + 4));
    expect(() => reduced(16, 2)).toThrow(/clusters of 16 lanes/);
  });

  test("vectors are reduced element by element", () => {
    const body = `
      %t = gpu.thread_id x
      %x = memref.load %out[%t] : memref<?xi32>
      %v = vector.from_elements %x, %x : vector<2xi32>
      %s = gpu.subgroup_reduce add %v : (vector<2xi32>) -> vector<2xi32>
      %a = vector.extract %s[0] : i32 from vector<2xi32>
      %b = vector.extract %s[1] : i32 from vector<2xi32>
      %r = arith.addi %a, %b : i32
      memref.store %r, %out[%t] : memref<?xi32>`;
    const out = buffer([1, 2, 3, 4], i32);
    run(moduleOf(body, { ...how, block: [4, 1, 1] }), [out]);
    expect(elements(out)).toEqual([20, 20, 20, 20]);
  });

  test("uniform means all lanes", () => {
    const body = `
      %t = gpu.thread_id x
      %c3 = arith.constant 3 : index
      %x = memref.load %out[%t] : memref<?xi32>
      %few = arith.cmpi ult, %t, %c3 : index
      scf.if %few {
        %r = gpu.subgroup_reduce add %x uniform : (i32) -> i32
        memref.store %r, %out[%t] : memref<?xi32>
      }`;
    expect(failure(moduleOf(body, how), [zeros(32, i32)]).code).toBe("gpu.not-uniform");
    const out = buffer(sequence(32), i32);
    run(moduleOf(body.replace("uniform", ""), how), [out]);
    expect(elements(out).slice(0, 4)).toEqual([3, 3, 3, 3]);
  });
});

describe("whole kernels", () => {
  test("a reduction in workgroup memory", () => {
    const body = `
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c32 = arith.constant 32 : index
      %t = gpu.thread_id x
      %b = gpu.block_id x
      %g = gpu.global_id x
      %x = memref.load %in[%g] : memref<?xf32>
      memref.store %x, %w[%t] : memref<64xf32, #gpu.address_space<workgroup>>
      gpu.barrier
      %last = scf.while (%s = %c32) : (index) -> index {
        %more = arith.cmpi ugt, %s, %c0 : index
        scf.condition(%more) %s : index
      } do {
      ^bb0(%s: index):
        %active = arith.cmpi ult, %t, %s : index
        scf.if %active {
          %o = arith.addi %t, %s : index
          %p = memref.load %w[%t] : memref<64xf32, #gpu.address_space<workgroup>>
          %q = memref.load %w[%o] : memref<64xf32, #gpu.address_space<workgroup>>
          %r = arith.addf %p, %q : f32
          memref.store %r, %w[%t] : memref<64xf32, #gpu.address_space<workgroup>>
        }
        gpu.barrier
        %next = arith.divui %s, %c2 : index
        scf.yield %next : index
      }
      %first = arith.cmpi eq, %t, %c0 : index
      scf.if %first {
        %r = memref.load %w[%c0] : memref<64xf32, #gpu.address_space<workgroup>>
        memref.store %r, %out[%b] : memref<?xf32>
      }`;
    const text = moduleOf(body, {
      args: "%in, %out",
      types: "memref<?xf32>, memref<?xf32>",
      grid: [3, 1, 1],
      block: [64, 1, 1],
      buffers: "workgroup(%w : memref<64xf32, #gpu.address_space<workgroup>>)",
    });
    for (const seed of [undefined, 5, 6]) {
      const out = zeros(3);
      run(text, [buffer(sequence(192)), out], { seed });
      expect(elements(out)).toEqual([2016, 6112, 10208]);
    }
    // Without the barrier of the loop, a round reads what another thread of it writes.
    const racing = text.replace(/gpu\.barrier\s+%next/, "%next");
    expect(failure(racing, [buffer(sequence(192)), zeros(3)]).code).toBe("gpu.race");
  });

  test("a tile is transposed", () => {
    const body = `
      %x = gpu.thread_id x
      %y = gpu.thread_id y
      %bx = gpu.block_id x
      %by = gpu.block_id y
      %c4 = arith.constant 4 : index
      %ox = arith.muli %bx, %c4 : index
      %oy = arith.muli %by, %c4 : index
      %gx = arith.addi %ox, %x : index
      %gy = arith.addi %oy, %y : index
      %v = memref.load %in[%gy, %gx] : memref<8x12xf32>
      memref.store %v, %w[%y, %x] : memref<4x5xf32, #gpu.address_space<workgroup>>
      gpu.barrier
      %tx = arith.addi %oy, %x : index
      %ty = arith.addi %ox, %y : index
      %u = memref.load %w[%x, %y] : memref<4x5xf32, #gpu.address_space<workgroup>>
      memref.store %u, %out[%ty, %tx] : memref<12x8xf32>`;
    const text = `module attributes {gpu.container_module} {
      gpu.module @kernels {
        gpu.func @kernel(%in: memref<8x12xf32>, %out: memref<12x8xf32>) workgroup(%w : memref<4x5xf32, #gpu.address_space<workgroup>>) kernel {
          ${body}
          gpu.return
        }
      }
      func.func @f(%in: memref<8x12xf32>, %out: memref<12x8xf32>, %gx: index, %gy: index, %four: index, %one: index) {
        gpu.launch_func @kernels::@kernel blocks in (%gx, %gy, %one) threads in (%four, %four, %one) args(%in : memref<8x12xf32>, %out : memref<12x8xf32>)
        return
      }
    }`;
    const [flat, result] = [buffer(sequence(96)), zeros(96)];
    const shaped = matrix(flat, 8, 12);
    run(text, [shaped, matrix(result, 12, 8), 3, 2, 4, 1]);
    expect(elements(result)).toEqual(sequence(96, (i) => (i % 8) * 12 + Math.floor(i / 8)));
    expect(
      failure(text.replace("gpu.barrier", ""), [shaped, matrix(result, 12, 8), 3, 2, 4, 1]).code,
    ).toBe("gpu.race");
  });
});
