import { f32, i32, IntegerType } from "@strata/ir";
import { MemRefValue, storeOver } from "@strata/interpret";
import { describe, expect, test } from "vitest";
import { buffer, elements, failure, moduleOf, run, zeros } from "./launching.ts";

const one = { args: "%out", types: "memref<?xi32>" } as const;

/** Names of the places at which a diagnostic points. */
const lines = (text: string, ...starts: (number | undefined)[]): string[] =>
  starts.map((s) => text.slice(s).split("\n")[0]!.trim());

describe("races", () => {
  test("in a block: both accesses are named", () => {
    const text = moduleOf(
      `
      %t = gpu.thread_id x
      %c1 = arith.constant 1 : index
      %c7 = arith.constant 7 : i32
      memref.store %c7, %out[%t] : memref<?xi32>
      %n = arith.addi %t, %c1 : index
      %c4 = arith.constant 4 : index
      %m = arith.remui %n, %c4 : index
      %x = memref.load %out[%m] : memref<?xi32>`,
      { ...one, block: [4, 1, 1] },
    );
    const found = failure(text, [zeros(4, i32)]);
    expect(found).toMatchObject({
      code: "gpu.race",
      message:
        "`memref.store` in thread (1, 0, 0) of block (0, 0, 0) writes element 1 of a buffer, " +
        "which `memref.load` in thread (0, 0, 0) of block (0, 0, 0) has read: nothing orders the two",
      hint: "put a `gpu.barrier` between the two accesses",
    });
    expect(lines(text, found.span?.start, found.notes[0]!.span?.start)).toEqual([
      "memref.store %c7, %out[%t] : memref<?xi32>",
      "memref.load %out[%m] : memref<?xi32>",
    ]);
    run(text.replace("%n =", "gpu.barrier\n %n ="), [zeros(4, i32)]);
  });

  test("between blocks, where no barrier helps", () => {
    const text = moduleOf(
      `
      %b = gpu.block_id x
      %c0 = arith.constant 0 : index
      %v = arith.index_cast %b : index to i32
      gpu.barrier
      memref.store %v, %out[%c0] : memref<?xi32>
      gpu.barrier`,
      { ...one, grid: [2, 1, 1], block: [1, 1, 1] },
    );
    for (const seed of [undefined, 1, 2, 3]) {
      expect(failure(text, [zeros(1, i32)], { seed })).toMatchObject({
        code: "gpu.race",
        hint: "blocks of a launch are not ordered: launch twice, or update atomically",
      });
    }
    run(text, [zeros(1, i32)], { checkRaces: false });
  });

  const access: Readonly<Record<string, string>> = {
    read: "%x = memref.load %out[%c0] : memref<?xi32>",
    write: "memref.store %c7, %out[%c0] : memref<?xi32>",
    update: "%u = memref.atomic_rmw addi %c7, %out[%c0] : (i32, memref<?xi32>) -> i32",
    replace: `%g = memref.generic_atomic_rmw %out[%c0] : memref<?xi32> {
      ^bb0(%old: i32):
        %new = arith.muli %old, %c7 : i32
        memref.atomic_yield %new : i32
      }`,
  };

  const inThread = (t: number, what: string, barrier: string): string => `
      %c0 = arith.constant 0 : index
      %c7 = arith.constant 7 : i32
      %t = gpu.thread_id x
      %ct = arith.constant ${t} : index
      %is = arith.cmpi eq, %t, %ct : index
      scf.if %is { ${what} }
      ${barrier}
      scf.if %is { } else { PLACE }`;

  const pairs = Object.keys(access).flatMap((a) => Object.keys(access).map((b) => [a, b] as const));

  test.each(pairs)("%s and %s", (first, second) => {
    const text = (barrier: string): string =>
      moduleOf(inThread(0, access[first]!, barrier).replace("PLACE", access[second]!), {
        ...one,
        block: [2, 1, 1],
      });
    const atomic = (a: string): boolean => a === "update" || a === "replace";
    const isSafe = (first === "read" && second === "read") || (atomic(first) && atomic(second));
    if (isSafe) run(text(""), [zeros(1, i32)]);
    else expect(failure(text(""), [zeros(1, i32)]).code).toBe("gpu.race");
    run(text("gpu.barrier"), [zeros(1, i32)]);
  });

  test("an earlier reader of another block is not forgotten", () => {
    const text = moduleOf(
      `
      %b = gpu.block_id x
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c7 = arith.constant 7 : i32
      %x = memref.load %out[%c0] : memref<?xi32>
      %last = arith.cmpi eq, %b, %c1 : index
      gpu.barrier
      scf.if %last { memref.store %c7, %out[%c0] : memref<?xi32> }`,
      { ...one, grid: [2, 1, 1], block: [1, 1, 1] },
    );
    for (const seed of [undefined, 1, 2]) {
      expect(failure(text, [zeros(1, i32)], { seed }).code).toBe("gpu.race");
    }
  });

  test("views over one memory, of elements of other sizes", () => {
    const memory = new ArrayBuffer(16);
    const wide = new MemRefValue(storeOver(f32, new Float32Array(memory)), [4], f32);
    const narrow = new MemRefValue(storeOver(i32, new Int32Array(memory, 8)), [2], i32);
    const text = moduleOf(
      `
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %c7 = arith.constant 7 : i32
      %t = gpu.thread_id x
      %is = arith.cmpi eq, %t, %c0 : index
      scf.if %is {
        %x = memref.load %w[%c2] : memref<?xf32>
      } else {
        memref.store %c7, %out[%c0] : memref<?xi32>
      }`,
      { args: "%w, %out", types: "memref<?xf32>, memref<?xi32>", block: [2, 1, 1] },
    );
    expect(failure(text, [wide, narrow]).code).toBe("gpu.race");
    run(text, [wide, new MemRefValue(narrow.buffer, [1], i32, 1)]);
  });

  test("bytes of wider elements", () => {
    const text = moduleOf(
      `
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c5 = arith.constant 5 : index
      %c1 = arith.constant 1 : i8
      %c7 = arith.constant 7 : i32
      %bytes = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %m = memref.view %bytes[%c4][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<1xi32, #gpu.address_space<workgroup>>
      memref.store %c7, %m[%c0] : memref<1xi32, #gpu.address_space<workgroup>>
      ORDER
      memref.store %c1, %bytes[%c5] : memref<?xi8, #gpu.address_space<workgroup>>`,
      { ...one, block: [1, 1, 1], dynamicBytes: 8 },
    );
    run(text.replace("ORDER", ""), [zeros(1, i32)]);
    const two = text.replace("%s3 = arith.constant 1", "%s3 = arith.constant 2");
    const split = two
      .replace(
        "memref.store %c7",
        "%t = gpu.thread_id x %is = arith.cmpi eq, %t, %c0 : index scf.if %is { memref.store %c7",
      )
      .replace("ORDER", "} else {")
      .replace(
        "%bytes[%c5] : memref<?xi8, #gpu.address_space<workgroup>>",
        "%bytes[%c5] : memref<?xi8, #gpu.address_space<workgroup>> }",
      );
    expect(failure(split, [zeros(1, i32)]).code).toBe("gpu.race");
  });

  test("private memory is of one thread, other failures say of which", () => {
    const body = `
      %t = gpu.thread_id x
      %c0 = arith.constant 0 : index
      %v = arith.index_cast %t : index to i32
      memref.store %v, %p[%c0] : memref<1xi32, #gpu.address_space<private>>
      gpu.barrier
      %w = memref.load %p[%c0] : memref<1xi32, #gpu.address_space<private>>
      memref.store %w, %out[%t] : memref<?xi32>`;
    const how = {
      ...one,
      block: [4, 1, 1],
      buffers: "private(%p : memref<1xi32, #gpu.address_space<private>>)",
    } as const;
    const out = zeros(4, i32);
    run(moduleOf(body, how), [out]);
    expect(elements(out)).toEqual([0, 1, 2, 3]);
    expect(failure(moduleOf(body, how), [zeros(3, i32)])).toMatchObject({
      code: "memref.out-of-bounds",
      notes: [{ message: "in thread (3, 0, 0) of block (0, 0, 0)" }],
    });
  });

  test("a launch is ordered behind the one before", () => {
    const text = moduleOf(
      `
      %t = gpu.thread_id x
      %c31 = arith.constant 31 : index
      %o = arith.subi %c31, %t : index
      %x = memref.load %in[%t] : memref<?xi32>
      memref.store %x, %out[%o] : memref<?xi32>`,
      { args: "%in, %out", types: "memref<?xi32>, memref<?xi32>" },
    );
    const launch = /gpu\.launch_func.*/.exec(text)![0];
    const back = launch
      .replace("args(%in", "args(%out")
      .replace("%out : memref<?xi32>)", "%in : memref<?xi32>)");
    const [a, b] = [buffer([...Array(32).keys()], i32), zeros(32, i32)];
    run(text.replace(launch, `${launch}\n${back}`), [a, b]);
    expect(elements(a)).toEqual([...Array(32).keys()]);
    expect(failure(text, [a, a]).code).toBe("gpu.race");
  });
});

describe("divergent barriers", () => {
  test("some threads have ended", () => {
    const text = moduleOf(
      `
      %t = gpu.thread_id x
      %c3 = arith.constant 3 : index
      %few = arith.cmpi ult, %t, %c3 : index
      scf.if %few {
        gpu.barrier
      }`,
      one,
    );
    const found = failure(text, [zeros(1, i32)]);
    expect(found).toMatchObject({
      code: "gpu.divergent-barrier",
      message:
        "3 of 32 threads wait at this `gpu.barrier`, thread (0, 0, 0) of block (0, 0, 0) among " +
        "them, but thread (3, 0, 0) of block (0, 0, 0) has ended",
    });
    expect(lines(text, found.span?.start)).toEqual(["gpu.barrier"]);
  });

  test("others wait elsewhere", () => {
    const text = moduleOf(
      `
      %t = gpu.thread_id x
      %c3 = arith.constant 3 : index
      %few = arith.cmpi ult, %t, %c3 : index
      scf.if %few {
        gpu.barrier
      } else {
        gpu.barrier {second}
      }`,
      one,
    );
    const found = failure(text, [zeros(1, i32)]);
    expect(found.message).toContain(
      "thread (3, 0, 0) of block (0, 0, 0) waits at another `gpu.barrier`",
    );
    expect(lines(text, found.notes[0]!.span?.start)).toEqual(["gpu.barrier {second}"]);
  });

  test("loops of different lengths", () => {
    const text = (bound: string): string =>
      moduleOf(
        `
      %t = gpu.thread_id x
      %n = gpu.block_dim x
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      scf.for %i = %c0 to ${bound} step %c1 {
        gpu.barrier
      }`,
        one,
      );
    expect(failure(text("%t"), [zeros(1, i32)]).code).toBe("gpu.divergent-barrier");
    run(text("%n"), [zeros(1, i32)]);
  });

  test("a reduction of the block counts as one", () => {
    const text = moduleOf(
      `
      %t = gpu.thread_id x
      %c3 = arith.constant 3 : index
      %c1 = arith.constant 1 : i32
      %few = arith.cmpi ult, %t, %c3 : index
      scf.if %few {
        %r = gpu.all_reduce add %c1 {} : (i32) -> i32
      }`,
      one,
    );
    expect(failure(text, [zeros(1, i32)]).code).toBe("gpu.divergent-barrier");
  });
});

test("many small buffers, and large ones with elements of two sizes", () => {
  const body = `
      %t = gpu.global_id x
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c3 = arith.constant 3 : index
      %own = memref.alloca() : memref<3xi32>
      %x = memref.load %out[%t] : memref<?xi32>
      memref.store %x, %own[%c0] : memref<3xi32>
      memref.store %x, %own[%c1] : memref<3xi32>
      %y = memref.load %own[%c1] : memref<3xi32>
      %z = arith.addi %x, %y : i32
      memref.store %z, %out[%t] : memref<?xi32>
      %bytes = arith.shli %t, %c3 : index
      %b = arith.trunci %z : i32 to i8
      memref.store %b, %wide[%bytes] : memref<?xi8>`;
  const text = moduleOf(body, {
    args: "%out, %wide",
    types: "memref<?xi32>, memref<?xi8>",
    grid: [50, 1, 1],
    block: [64, 1, 1],
  });
  const memory = new ArrayBuffer(3200 * 8);
  const out = new MemRefValue(storeOver(i32, new Int32Array(memory, 4, 3200)), [3200], i32);
  const i8 = IntegerType.get(8);
  const wide = new MemRefValue(storeOver(i8, new Int8Array(memory)), [3200 * 8], i8);
  // Words begin behind four bytes, so that a byte at eight times a number is in another's word.
  expect(failure(text, [out, wide]).code).toBe("gpu.race");
  const apart = new MemRefValue(storeOver(i8, new Int8Array(3200 * 8)), [3200 * 8], i8);
  run(text, [out, apart]);
});
