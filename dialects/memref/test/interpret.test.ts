import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { MemRefValue, type RuntimeValue, storeOf } from "@strata/interpret";
import { builtin, Context, f32, i32 } from "@strata/ir";
import { failureOf, runText } from "@strata/testing";
import { describe, expect, test } from "vitest";
import { memref } from "../src/index.ts";

const context = new Context([builtin, arith, func, memref]);
const run = (text: string, args: readonly RuntimeValue[] = []): readonly RuntimeValue[] =>
  runText(context, text, args);

/** A buffer with the elements 0, 1, 2, …. */
function counting(...shape: number[]): MemRefValue {
  const n = shape.reduce((a, d) => a * d, 1);
  return new MemRefValue(
    storeOf(
      f32,
      Array.from({ length: n }, (_, i) => i),
    ),
    shape,
    f32,
  );
}

const elements = (v: RuntimeValue | undefined): RuntimeValue[] => {
  if (!(v instanceof MemRefValue)) throw new Error("no memref");
  return [...v.positions()].map((p) => v.buffer.get(p));
};

describe("memory", () => {
  test("what is stored is loaded", () => {
    const text = `func.func @f(%i: index, %x: f32) -> f32 {
      %m = memref.alloc(%i) : memref<?x3xf32>
      %c1 = arith.constant 1 : index
      memref.store %x, %m[%c1, %c1] : memref<?x3xf32>
      %y = memref.load %m[%c1, %c1] : memref<?x3xf32>
      memref.dealloc %m : memref<?x3xf32>
      return %y : f32
    }`;
    expect(run(text, [2, 1.5])).toEqual([1.5]);
    expect(failureOf(context, text, [1, 1.5])).toMatchObject({
      code: "memref.out-of-bounds",
      message: "index 1 is outside of dimension 0, whose extent is 1",
    });
    expect(failureOf(context, text, [-1, 1.5]).code).toBe("memref.negative-size");
  });

  test.each([
    ["f32", Math.fround(-431602080)],
    ["f64", new Float64Array(new Uint8Array(8).fill(0xcd).buffer)[0]],
    ["i32", -842150451],
    ["i8", -51],
    ["i4", -3],
    ["i1", 1],
    ["i64", -3617008641903833651n],
  ])("fresh memory of %s shows", (type, value) => {
    const text = `func.func @f() -> ${type} {
      %c = arith.constant 1 : index
      %m = memref.alloca() : memref<2x${type}>
      %x = memref.load %m[%c] : memref<2x${type}>
      return %x : ${type}
    }`;
    expect(run(text)).toEqual([value]);
  });

  test("freed memory is not accessed", () => {
    const use = (line: string): string => `func.func @f(%m: memref<4xf32>, %i: index) {
      %v = memref.subview %m[1] [2] [1] : memref<4xf32> to memref<2xf32, strided<[1], offset: 1>>
      memref.dealloc %m : memref<4xf32>
      ${line}
      return
    }`;
    const load = use("%0 = memref.load %m[%i] : memref<4xf32>");
    const view = use("%0 = memref.load %v[%i] : memref<2xf32, strided<[1], offset: 1>>");
    const copy = use("memref.copy %m, %m : memref<4xf32> to memref<4xf32>");
    const twice = use("memref.dealloc %m : memref<4xf32>");
    for (const text of [load, view, copy]) {
      expect(failureOf(context, text, [counting(4), 0]).code).toBe("memref.use-after-free");
    }
    expect(failureOf(context, twice, [counting(4), 0]).code).toBe("memref.double-free");
  });

  test("a grown buffer keeps its elements", () => {
    const text = `func.func @f(%m: memref<?xf32>, %n: index) -> memref<?xf32> {
      %0 = memref.realloc %m(%n) : memref<?xf32> to memref<?xf32>
      return %0 : memref<?xf32>
    }`;
    const [grown] = run(text, [counting(2), 3]);
    expect(elements(grown).slice(0, 2)).toEqual([0, 1]);
    expect(elements(run(text, [counting(5), 3])[0])).toEqual([0, 1, 2]);
  });

  test("a layout map spreads the elements", () => {
    const text = `func.func @f(%s: index, %x: f32) -> (index, index, f32) {
      %c1 = arith.constant 1 : index
      %m = memref.alloc()[%s] : memref<2x3xf32, affine_map<(d0, d1)[s0] -> (d0 * s0 + d1 + 1)>>
      memref.store %x, %m[%c1, %c1] : memref<2x3xf32, affine_map<(d0, d1)[s0] -> (d0 * s0 + d1 + 1)>>
      %b, %o, %e:4 = memref.extract_strided_metadata %m : memref<2x3xf32, affine_map<(d0, d1)[s0] -> (d0 * s0 + d1 + 1)>> -> memref<f32>, index, index, index, index, index
      %y = memref.load %m[%c1, %c1] : memref<2x3xf32, affine_map<(d0, d1)[s0] -> (d0 * s0 + d1 + 1)>>
      return %o, %e#2, %y : index, index, f32
    }`;
    expect(run(text, [7, 2.5])).toEqual([1, 7, 2.5]);
  });

  test("globals keep their elements between calls", () => {
    const text = `memref.global @g : memref<2xi32> = dense<[5, 6]>
    func.func @f(%x: i32) -> (i32, i32) {
      %c0 = arith.constant 0 : index
      %g = memref.get_global @g : memref<2xi32>
      %old = memref.load %g[%c0] : memref<2xi32>
      memref.store %x, %g[%c0] : memref<2xi32>
      %h = memref.get_global @g : memref<2xi32>
      %new = memref.load %h[%c0] : memref<2xi32>
      return %old, %new : i32, i32
    }`;
    expect(run(text, [9])).toEqual([5, 9]);
    const external = `memref.global @g : memref<2xi32>
    func.func @f() {
      %g = memref.get_global @g : memref<2xi32>
      return
    }`;
    expect(failureOf(context, external).code).toBe("memref.external-global");
  });
});

describe("views", () => {
  const dynamic = "memref<?x?xf32, strided<[?, ?], offset: ?>>";
  const slice = `func.func @f(%m: memref<?x?xf32>, %o: index, %n: index, %s: index) -> ${dynamic} {
    %0 = memref.subview %m[%o, 1] [%n, %n] [%s, 2] : memref<?x?xf32> to memref<?x?xf32, strided<[?, 2], offset: ?>>
    %1 = memref.cast %0 : memref<?x?xf32, strided<[?, 2], offset: ?>> to ${dynamic}
    return %1 : ${dynamic}
  }`;

  test("a slice shares memory", () => {
    expect(elements(run(slice, [counting(4, 5), 1, 2, 2])[0])).toEqual([6, 8, 16, 18]);
    expect(elements(run(slice, [counting(4, 5), 9, 0, 2])[0])).toEqual([]);
  });

  test("a slice stays inside", () => {
    const { code, message } = failureOf(context, slice, [counting(4, 5), 2, 2, 2]);
    expect(code).toBe("memref.subview-bounds");
    expect(message).toBe("elements 2 to 4 of dimension 0 are not all below its extent 4");
  });

  test("unit dimensions are dropped", () => {
    const text = `func.func @f(%m: memref<4x5xf32>) -> memref<5xf32, strided<[1], offset: 10>> {
      %0 = memref.subview %m[2, 0] [1, 5] [1, 1] : memref<4x5xf32> to memref<5xf32, strided<[1], offset: 10>>
      return %0 : memref<5xf32, strided<[1], offset: 10>>
    }`;
    expect(elements(run(text, [counting(4, 5)])[0])).toEqual([10, 11, 12, 13, 14]);
  });

  test("transposing, collapsing and expanding", () => {
    const text = `func.func @f(%m: memref<2x6xf32>) -> (memref<6x2xf32, strided<[1, 6]>>, memref<12xf32>, memref<2x3x2xf32>) {
      %0 = memref.transpose %m (i, j) -> (j, i) : memref<2x6xf32> to memref<6x2xf32, strided<[1, 6]>>
      %1 = memref.collapse_shape %m [[0, 1]] : memref<2x6xf32> into memref<12xf32>
      %2 = memref.expand_shape %m [[0], [1, 2]] output_shape [2, 3, 2] : memref<2x6xf32> into memref<2x3x2xf32>
      return %0, %1, %2 : memref<6x2xf32, strided<[1, 6]>>, memref<12xf32>, memref<2x3x2xf32>
    }`;
    const [turned, flat, deep] = run(text, [counting(2, 6)]);
    expect(elements(turned).slice(0, 4)).toEqual([0, 6, 1, 7]);
    expect(elements(flat)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect((deep as MemRefValue).strides).toEqual([6, 2, 1]);
  });

  test("what does not lie together does not collapse", () => {
    const type = "memref<?x?xf32, strided<[?, 1]>>";
    const text = `func.func @f(%m: ${type}) -> memref<?xf32, strided<[1]>> {
      %0 = memref.collapse_shape %m [[0, 1]] : ${type} into memref<?xf32, strided<[1]>>
      return %0 : memref<?xf32, strided<[1]>>
    }`;
    const { buffer } = counting(20);
    const dense = new MemRefValue(buffer, [2, 3], f32, 0, [3, 1]);
    const spread = new MemRefValue(buffer, [2, 3], f32, 0, [4, 1]);
    expect(elements(run(text, [dense])[0])).toEqual([0, 1, 2, 3, 4, 5]);
    expect(failureOf(context, text, [spread]).code).toBe("memref.collapse-layout");
  });

  test("bytes seen as numbers", () => {
    const text = `func.func @f(%o: index, %x: i32) -> i8 {
      %c0 = arith.constant 0 : index
      %b = memref.alloc() : memref<16xi8>
      %v = memref.view %b[%o][] : memref<16xi8> to memref<2xi32>
      memref.store %x, %v[%c0] : memref<2xi32>
      %y = memref.load %b[%o] : memref<16xi8>
      return %y : i8
    }`;
    expect(run(text, [8, 0x01020304])).toEqual([4]);
    expect(failureOf(context, text, [2, 0]).code).toBe("memref.view-bounds");
    expect(failureOf(context, text, [12, 0]).code).toBe("memref.view-bounds");
  });

  test("any shape over the same memory", () => {
    const cast = (
      size: number,
    ): string => `func.func @f(%m: memref<12xf32>) -> memref<?x2xf32, strided<[3, 1], offset: 1>> {
      %n = arith.constant ${size} : index
      %0 = memref.reinterpret_cast %m to offset: [1], sizes: [%n, 2], strides: [3, 1] : memref<12xf32> to memref<?x2xf32, strided<[3, 1], offset: 1>>
      return %0 : memref<?x2xf32, strided<[3, 1], offset: 1>>
    }`;
    expect(elements(runText(context, cast(2), [counting(12)])[0])).toEqual([1, 2, 4, 5]);
    expect(failureOf(context, cast(5), [counting(12)]).code).toBe("memref.reinterpret-bounds");
  });

  test("a reshape by extents in memory", () => {
    const text = `func.func @f(%m: memref<6xf32>, %s: memref<2xi32>) -> memref<?x?xf32> {
      %0 = memref.reshape %m(%s) : (memref<6xf32>, memref<2xi32>) -> memref<?x?xf32>
      return %0 : memref<?x?xf32>
    }`;
    const extents = (...n: number[]): MemRefValue => new MemRefValue(storeOf(i32, n), [2], i32);
    expect((run(text, [counting(6), extents(3, 2)])[0] as MemRefValue).shape).toEqual([3, 2]);
    expect(failureOf(context, text, [counting(6), extents(4, 2)]).code).toBe(
      "memref.reshape-shape",
    );
  });

  test("a cast that assumes is checked", () => {
    const text = `func.func @f(%m: memref<?xf32>) -> memref<4xf32> {
      %0 = memref.cast %m : memref<?xf32> to memref<4xf32>
      return %0 : memref<4xf32>
    }`;
    expect((run(text, [counting(4)])[0] as MemRefValue).shape).toEqual([4]);
    expect(failureOf(context, text, [counting(5)]).code).toBe("memref.cast-shape");
  });
});

describe("other operations", () => {
  test("copying moves elements in order of the target", () => {
    const text = `func.func @f(%m: memref<2x3xf32>) -> memref<3x2xf32> {
      %t = memref.transpose %m (i, j) -> (j, i) : memref<2x3xf32> to memref<3x2xf32, strided<[1, 3]>>
      %0 = memref.alloc() : memref<3x2xf32>
      memref.copy %t, %0 : memref<3x2xf32, strided<[1, 3]>> to memref<3x2xf32>
      return %0 : memref<3x2xf32>
    }`;
    expect(elements(run(text, [counting(2, 3)])[0])).toEqual([0, 3, 1, 4, 2, 5]);
  });

  test("atomic updates give the element before", () => {
    const text = `func.func @f(%m: memref<4xf32>, %x: f32, %i: index) -> (f32, f32, f32) {
      %0 = memref.atomic_rmw maximumf %x, %m[%i] : (f32, memref<4xf32>) -> f32
      %1 = memref.generic_atomic_rmw %m[%i] : memref<4xf32> {
      ^bb0(%v: f32):
        %w = arith.addf %v, %v : f32
        memref.atomic_yield %w : f32
      }
      %2 = memref.load %m[%i] : memref<4xf32>
      return %0, %1, %2 : f32, f32, f32
    }`;
    expect(run(text, [counting(4), 8, 3])).toEqual([3, 8, 16]);
  });

  test("extents, ranks, addresses, scopes", () => {
    const text = `func.func @f(%m: memref<?x4xf32>, %d: index) -> (index, index, i1, f32) {
      %0 = memref.dim %m, %d : memref<?x4xf32>
      %u = memref.cast %m : memref<?x4xf32> to memref<*xf32>
      %1 = memref.rank %u : memref<*xf32>
      %a:2 = memref.distinct_objects %m, %m : memref<?x4xf32>, memref<?x4xf32>
      %p = memref.extract_aligned_pointer_as_index %a#0 : memref<?x4xf32> -> index
      %q = memref.extract_aligned_pointer_as_index %m : memref<?x4xf32> -> index
      %same = arith.cmpi eq, %p, %q : index
      %c = memref.assume_alignment %m, 16 : memref<?x4xf32>
      memref.prefetch %c[%d, %d], read, locality<3>, data : memref<?x4xf32>
      %s = memref.alloca_scope -> (f32) {
        %x = memref.load %c[%d, %d] : memref<?x4xf32>
        memref.alloca_scope.return %x : f32
      }
      return %0, %1, %same, %s : index, index, i1, f32
    }`;
    expect(run(text, [counting(3, 4), 1])).toEqual([4, 2, 1, 5]);
    expect(failureOf(context, text, [counting(3, 4), 2]).code).toBe("memref.dim-range");
  });
});
