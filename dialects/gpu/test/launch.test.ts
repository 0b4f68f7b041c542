import { i32 } from "@strata/ir";
import { describe, expect, test } from "vitest";
import { buffer, elements, failure, moduleOf, run, zeros } from "./launching.ts";

describe("launches", () => {
  test("every thread knows where it is", () => {
    const body = `
      %g = gpu.global_id x
      %t = gpu.thread_id x
      %b = gpu.block_id x
      %d = gpu.block_dim x
      %base = arith.muli %b, %d : index
      %i = arith.addi %base, %t : index
      %same = arith.cmpi eq, %i, %g : index
      scf.if %same {
        %v = arith.index_cast %i : index to i32
        memref.store %v, %out[%g] : memref<?xi32>
      }`;
    const out = zeros(12, i32);
    const text = moduleOf(body, {
      args: "%out",
      types: "memref<?xi32>",
      grid: [3, 1, 1],
      block: [4, 1, 1],
    });
    run(text, [out]);
    expect(elements(out)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test("three dimensions, subgroups and counts", () => {
    const body = `
      %x = gpu.thread_id x
      %y = gpu.thread_id y
      %z = gpu.thread_id z
      %dx = gpu.block_dim x
      %dy = gpu.block_dim y
      %yz = arith.muli %z, %dy : index
      %yy = arith.addi %yz, %y : index
      %row = arith.muli %yy, %dx : index
      %i = arith.addi %row, %x : index
      %lane = gpu.lane_id
      %sg = gpu.subgroup_id : index
      %size = gpu.subgroup_size : index
      %n = gpu.num_subgroups : index
      %c10 = arith.constant 10 : index
      %c100 = arith.constant 100 : index
      %c1000 = arith.constant 1000 : index
      %a = arith.muli %sg, %c10 : index
      %b = arith.muli %size, %c100 : index
      %c = arith.muli %n, %c1000 : index
      %s0 = arith.addi %lane, %a : index
      %s1 = arith.addi %s0, %b : index
      %s2 = arith.addi %s1, %c : index
      %v = arith.index_cast %s2 : index to i32
      memref.store %v, %out[%i] : memref<?xi32>`;
    const out = zeros(12, i32);
    const text = moduleOf(body, { args: "%out", types: "memref<?xi32>", block: [3, 2, 2] });
    run(text, [out], { subgroupSize: 8 });
    const expected = Array.from({ length: 12 }, (_, i) => 2800 + 10 * Math.floor(i / 8) + (i % 8));
    expect(elements(out)).toEqual(expected);
  });

  test("the body of gpu.launch uses values from outside and its own names", () => {
    const text = `func.func @f(%out: memref<?xf32>, %x: f32, %n: index, %one: index) {
      %y = arith.addf %x, %x : f32
      gpu.launch blocks(%bx, %by, %bz) in (%gx = %n, %gy = %one, %gz = %one)
                 threads(%tx, %ty, %tz) in (%sx = %n, %sy = %one, %sz = %one)
                 workgroup(%w : memref<1xf32, #gpu.address_space<workgroup>>)
                 private(%p : memref<1xf32, #gpu.address_space<private>>) {
        %c0 = arith.constant 0 : index
        memref.store %y, %p[%c0] : memref<1xf32, #gpu.address_space<private>>
        %first = arith.cmpi eq, %tx, %c0 : index
        scf.if %first {
          memref.store %y, %w[%c0] : memref<1xf32, #gpu.address_space<workgroup>>
        }
        gpu.barrier
        %shared = memref.load %w[%c0] : memref<1xf32, #gpu.address_space<workgroup>>
        %own = memref.load %p[%c0] : memref<1xf32, #gpu.address_space<private>>
        %sum = arith.addf %shared, %own : f32
        %row = arith.muli %bx, %sx : index
        %i = arith.addi %row, %tx : index
        memref.store %sum, %out[%i] : memref<?xf32>
        gpu.terminator
      }
      return
    }`;
    const out = zeros(9);
    run(text, [out, 1.5, 3, 1]);
    expect(elements(out)).toEqual(new Array(9).fill(6));
  });

  test("clusters", () => {
    const text = `func.func @f(%out: memref<?xi32>, %six: index, %two: index, %one: index) {
      gpu.launch clusters(%cx, %cy, %cz) in (%dx = %two, %dy = %one, %dz = %one)
                 blocks(%bx, %by, %bz) in (%gx = %six, %gy = %one, %gz = %one)
                 threads(%tx, %ty, %tz) in (%sx = %one, %sy = %one, %sz = %one) {
        %id = gpu.cluster_id x
        %in = gpu.cluster_block_id x
        %n = gpu.cluster_dim x
        %size = gpu.cluster_dim_blocks x
        %c10 = arith.constant 10 : index
        %a = arith.muli %cx, %c10 : index
        %b = arith.addi %a, %in : index
        %c = arith.muli %b, %c10 : index
        %d = arith.addi %c, %n : index
        %e = arith.muli %d, %c10 : index
        %f = arith.addi %e, %dx : index
        %v = arith.index_cast %f : index to i32
        memref.store %v, %out[%bx] : memref<?xi32>
        gpu.terminator
      }
      return
    }`;
    const out = zeros(6, i32);
    run(text, [out, 6, 2, 1]);
    expect(elements(out)).toEqual([32, 132, 1032, 1132, 2032, 2132]);
    expect(failure(text, [out, 5, 2, 1]).code).toBe("gpu.cluster-grid");
  });

  test("device functions may hold barriers", () => {
    const text = moduleOf(
      `
      %t = gpu.thread_id x
      %v = func.call @rotated(%w, %t) : (memref<4xi32, 3>, index) -> i32
      memref.store %v, %out[%t] : memref<?xi32>`,
      {
        args: "%out",
        types: "memref<?xi32>",
        block: [4, 1, 1],
        buffers: "workgroup(%w : memref<4xi32, 3>)",
        extra: `func.func @rotated(%w: memref<4xi32, 3>, %t: index) -> i32 {
          %v = arith.index_cast %t : index to i32
          memref.store %v, %w[%t] : memref<4xi32, 3>
          gpu.barrier
          %c1 = arith.constant 1 : index
          %c4 = arith.constant 4 : index
          %n = arith.addi %t, %c1 : index
          %m = arith.remui %n, %c4 : index
          %r = memref.load %w[%m] : memref<4xi32, 3>
          return %r : i32
        }`,
      },
    );
    const out = zeros(4, i32);
    run(text, [out]);
    expect(elements(out)).toEqual([1, 2, 3, 0]);
  });

  test("dynamic workgroup memory, seen as numbers", () => {
    const body = `
      %t = gpu.thread_id x
      %c0 = arith.constant 0 : index
      %c3 = arith.constant 3 : index
      %bytes = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %m = memref.view %bytes[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<4xf32, #gpu.address_space<workgroup>>
      %x = memref.load %out[%t] : memref<?xf32>
      memref.store %x, %m[%t] : memref<4xf32, #gpu.address_space<workgroup>>
      gpu.barrier
      %o = arith.subi %c3, %t : index
      %y = memref.load %m[%o] : memref<4xf32, #gpu.address_space<workgroup>>
      memref.store %y, %out[%t] : memref<?xf32>`;
    const how = { args: "%out", types: "memref<?xf32>", block: [4, 1, 1] } as const;
    const out = buffer([1, 2, 3, 4]);
    run(moduleOf(body, { ...how, dynamicBytes: 16 }), [out]);
    expect(elements(out)).toEqual([4, 3, 2, 1]);
    expect(failure(moduleOf(body, { ...how, dynamicBytes: 12 }), [out]).code).toBe(
      "memref.view-bounds",
    );
    const racing = moduleOf(body.replace("gpu.barrier", ""), { ...how, dynamicBytes: 16 });
    expect(failure(racing, [out]).code).toBe("gpu.race");
  });

  test("memory of the block is not initialized", () => {
    const body = `
      %c0 = arith.constant 0 : index
      %v = memref.load %w[%c0] : memref<1xi32, 3>
      memref.store %v, %out[%c0] : memref<?xi32>`;
    const out = zeros(1, i32);
    const how = { args: "%out", types: "memref<?xi32>", block: [1, 1, 1] } as const;
    run(moduleOf(body, { ...how, buffers: "workgroup(%w : memref<1xi32, 3>)" }), [out]);
    expect(elements(out)).toEqual([-842150451]);
  });
});

describe("what a launch refuses", () => {
  const store = `
      %c0 = arith.constant 0 : index
      memref.store %x, %out[%c0] : memref<?xf32>`;
  const how = { args: "%out, %x", types: "memref<?xf32>, f32" } as const;
  test.each([
    ["gpu.block-size", { block: [1025, 1, 1] as const }],
    ["gpu.launch-size", { block: [-1, 1, 1] as const }],
    ["gpu.launch-size", { grid: [1, -1, 1] as const }],
    ["gpu.dynamic-size", { dynamicBytes: -4 }],
  ])("%s", (code, more) => {
    expect(failure(moduleOf(store, { ...how, ...more }), [zeros(1), 1]).code).toBe(code);
  });

  test("an empty grid runs nothing", () => {
    const out = zeros(1);
    run(moduleOf(store, { ...how, grid: [0, 1, 1] }), [out, 1]);
    expect(elements(out)).toEqual([0]);
  });

  test("sizes against those the kernel is made for", () => {
    const text = moduleOf(store, { ...how, block: [1, 1, 1] });
    const known = text.replace(
      "kernel {",
      "kernel attributes {known_block_size = array<i32: 2, 1, 1>} {",
    );
    expect(failure(known, [zeros(1), 1])).toMatchObject({
      code: "gpu.known-size",
      message: "the kernel is made for `known_block_size` (2, 1, 1), not for (1, 1, 1)",
    });
  });

  test("upper bounds", () => {
    const text = moduleOf("%t = gpu.thread_id x upper_bound 16", how);
    expect(failure(text, [zeros(1), 1]).code).toBe("gpu.upper-bound");
    const count = moduleOf("%t = gpu.block_dim x upper_bound 32", how);
    run(count, [zeros(1), 1]);
  });

  test("operations of threads outside of launches", () => {
    expect(failure("func.func @f() { gpu.barrier return }", []).code).toBe("interpret.no-threads");
    expect(failure("func.func @f() { %0 = gpu.lane_id return }", []).code).toBe("gpu.no-launch");
  });

  test("host memory, where that is checked", () => {
    const text = moduleOf(store, { ...how, block: [1, 1, 1] });
    expect(failure(text, [zeros(1), 1], { checkMemory: true }).code).toBe("gpu.host-memory");
  });
});

describe("the host", () => {
  const text = `module attributes {gpu.container_module} {
    gpu.module @kernels {
      gpu.func @double(%x: memref<?xf32>) kernel {
        %i = gpu.thread_id x
        %v = memref.load %x[%i] : memref<?xf32>
        %w = arith.addf %v, %v : f32
        memref.store %w, %x[%i] : memref<?xf32>
        gpu.return
      }
    }
    func.func @f(%h: memref<?xf32>, %n: index, %one: index, %zero: f32) {
      %t0 = gpu.wait async
      %d, %t1 = gpu.alloc async [%t0] (%n) : memref<?xf32>
      %t2 = gpu.memset async [%t1] %d, %zero : memref<?xf32>, f32
      %t3 = gpu.memcpy async [%t2] %d, %h : memref<?xf32>, memref<?xf32>
      %t4 = gpu.launch_func async [%t3] @kernels::@double blocks in (%one, %one, %one) threads in (%n, %one, %one) args(%d : memref<?xf32>)
      %t5 = gpu.memcpy async [%t4] %h, %d : memref<?xf32>, memref<?xf32>
      gpu.wait [%t5]
      gpu.dealloc %d : memref<?xf32>
      return
    }
  }`;

  test.each([{}, { lateAsync: true }, { checkMemory: true }, { seed: 7 }])(
    "copies, launches and waits with %j",
    (settings) => {
      const h = buffer([1, 2, 3]);
      run(text, [h, 3, 1, 0], settings);
      expect(elements(h)).toEqual([2, 4, 6]);
    },
  );

  test("a missing wait shows when operations run late", () => {
    const missing = text.replace("gpu.wait [%t5]", "");
    const [early, late] = [buffer([1, 2, 3]), buffer([1, 2, 3])];
    run(missing, [early, 3, 1, 0]);
    run(missing, [late, 3, 1, 0], { lateAsync: true });
    expect(elements(early)).toEqual([2, 4, 6]);
    expect(elements(late)).toEqual([1, 2, 3]);
  });

  test("memory is freed once and not used after", () => {
    const twice = text.replace("gpu.wait [%t5]", "gpu.dealloc %d : memref<?xf32>");
    expect(failure(twice, [zeros(2), 2, 1, 0]).code).toBe("memref.double-free");
    const used = text.replace(
      "gpu.dealloc %d : memref<?xf32>",
      "gpu.dealloc %d : memref<?xf32> gpu.memcpy %h, %d : memref<?xf32>, memref<?xf32>",
    );
    expect(failure(used, [zeros(2), 2, 1, 0]).code).toBe("memref.use-after-free");
  });
});

describe("threads wait inside of other operations", () => {
  test.each([
    ["scf.execute_region", "scf.execute_region { gpu.barrier scf.yield }"],
    ["memref.alloca_scope", "memref.alloca_scope { gpu.barrier memref.alloca_scope.return }"],
    ["scf.if", "scf.if %yes { } else { }\n scf.if %yes { gpu.barrier } else { }"],
  ])("%s", (_, inner) => {
    const body = `
      %yes = arith.constant true
      %t = gpu.thread_id x
      %c3 = arith.constant 3 : index
      %o = arith.subi %c3, %t : index
      %x = memref.load %out[%t] : memref<?xi32>
      ${inner}
      memref.store %x, %out[%o] : memref<?xi32>`;
    const how = { args: "%out", types: "memref<?xi32>", block: [4, 1, 1] } as const;
    const out = buffer([1, 2, 3, 4], i32);
    run(moduleOf(body, how), [out]);
    expect(elements(out)).toEqual([4, 3, 2, 1]);
    expect(failure(moduleOf(body.replace("gpu.barrier", ""), how), [out]).code).toBe("gpu.race");
  });

  test("but not where an operation cannot stop", () => {
    const body = `
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      scf.parallel (%i) = (%c0) to (%c1) step (%c1) { gpu.barrier }`;
    const text = moduleOf(body, { args: "%out", types: "memref<?xi32>" });
    expect(failure(text, [zeros(1, i32)])).toMatchObject({
      code: "interpret.suspend-inside",
      message: expect.stringContaining("`scf.parallel`"),
    });
  });
});
