import { arith } from "@strata/arith";
import { func } from "@strata/func";
import {
  Interpreter,
  MemRefValue,
  type RuntimeValue,
  storeOf,
  TensorValue,
  VectorValue,
} from "@strata/interpret";
import {
  builtin,
  Context,
  f32,
  i1,
  i16,
  i32,
  i8,
  parseModule,
  type Type,
  VectorType,
} from "@strata/ir";
import { memref } from "@strata/memref";
import { tensor } from "@strata/tensor";
import { failureOf, runText } from "@strata/testing";
import { describe, expect, test } from "vitest";
import { vector } from "../src/index.ts";

const context = new Context([builtin, arith, func, memref, tensor, vector]);

const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A vector with the elements 0, 1, 2, … unless given. */
function vec(shape: number[], element: Type = f32, elements?: RuntimeValue[]): VectorValue {
  const type = VectorType.get(shape, element);
  return new VectorValue(type, elements ?? counting(type.numElements));
}

const mask = (...bits: number[]): VectorValue => vec([bits.length], i1, bits);
const ints = (...values: number[]): VectorValue => vec([values.length], i32, values);

/** A buffer with the elements 0, 1, 2, …. */
function buffer(...shape: number[]): MemRefValue {
  const n = shape.reduce((a, d) => a * d, 1);
  return new MemRefValue(storeOf(f32, counting(n)), shape, f32);
}

function plain(v: RuntimeValue | undefined): unknown {
  if (v instanceof VectorValue) return v.elements;
  if (v instanceof TensorValue) return counting(v.numElements).map((i) => v.data.get(i));
  if (v instanceof MemRefValue) return [...v.positions()].map((p) => plain(v.buffer.get(p)));
  return v;
}

/** Runs one line that defines `%r` of `type` from arguments `%0`, `%1`, …. */
function line(text: string, type: string, args: readonly (readonly [string, RuntimeValue])[]) {
  const inputs = args.map(([t], i) => `%a${i}: ${t}`).join(", ");
  const body = `func.func @f(${inputs}) -> (${type}) {\n  ${text}\n}`;
  const found = runText(
    context,
    body,
    args.map(([, v]) => v),
  );
  return found.length === 1 ? plain(found[0]) : found.map(plain);
}

const v4: readonly [string, RuntimeValue] = ["vector<4xf32>", vec([4])];
const w24: readonly [string, RuntimeValue] = ["vector<2x4xf32>", vec([2, 4])];
const at = (n: number): readonly [string, RuntimeValue] => ["index", n];

describe("lanes", () => {
  test.each<[string, string, string, readonly (readonly [string, RuntimeValue])[], unknown]>([
    [
      "broadcast of a scalar",
      "%r = vector.broadcast %a0 : f32 to vector<2x2xf32> return %r : vector<2x2xf32>",
      "vector<2x2xf32>",
      [["f32", 7]],
      [7, 7, 7, 7],
    ],
    [
      "broadcast along an inner dimension",
      "%r = vector.broadcast %a0 : vector<2x1xf32> to vector<2x3xf32> return %r : vector<2x3xf32>",
      "vector<2x3xf32>",
      [["vector<2x1xf32>", vec([2, 1])]],
      [0, 0, 0, 1, 1, 1],
    ],
    [
      "extract a row",
      "%r = vector.extract %a0[1] : vector<4xf32> from vector<2x4xf32> return %r : vector<4xf32>",
      "vector<4xf32>",
      [w24],
      [4, 5, 6, 7],
    ],
    [
      "extract at a position that is computed",
      "%r = vector.extract %a0[1, %a1] : f32 from vector<2x4xf32> return %r : f32",
      "f32",
      [w24, at(2)],
      6,
    ],
    [
      "insert a row",
      "%r = vector.insert %a1, %a0 [0] : vector<4xf32> into vector<2x4xf32> return %r : vector<2x4xf32>",
      "vector<2x4xf32>",
      [w24, ["vector<4xf32>", vec([4], f32, [9, 9, 9, 9])]],
      [9, 9, 9, 9, 4, 5, 6, 7],
    ],
    [
      "shuffle",
      "%r = vector.shuffle %a0, %a0 [5, 0, 3] : vector<4xf32>, vector<4xf32> return %r : vector<3xf32>",
      "vector<3xf32>",
      [v4],
      [1, 0, 3],
    ],
    [
      "shuffle of rows",
      "%r = vector.shuffle %a0, %a0 [1, 2] : vector<2x4xf32>, vector<2x4xf32> return %r : vector<2x4xf32>",
      "vector<2x4xf32>",
      [w24],
      [4, 5, 6, 7, 0, 1, 2, 3],
    ],
    [
      "fma",
      "%r = vector.fma %a0, %a0, %a0 : vector<4xf32> return %r : vector<4xf32>",
      "vector<4xf32>",
      [v4],
      [0, 2, 6, 12],
    ],
    [
      "step",
      "%r = vector.step : vector<3xindex> return %r : vector<3xindex>",
      "vector<3xindex>",
      [],
      [0, 1, 2],
    ],
    [
      "from_elements",
      "%r = vector.from_elements %a0, %a1 : vector<2xf32> return %r : vector<2xf32>",
      "vector<2xf32>",
      [
        ["f32", 1],
        ["f32", 2],
      ],
      [1, 2],
    ],
    [
      "to_elements",
      "%r:2 = vector.to_elements %a0 : vector<2xf32> return %r#1, %r#0 : f32, f32",
      "f32, f32",
      [["vector<2xf32>", vec([2])]],
      [1, 0],
    ],
    [
      "interleave",
      "%r = vector.interleave %a0, %a1 : vector<2xf32> -> vector<4xf32> return %r : vector<4xf32>",
      "vector<4xf32>",
      [
        ["vector<2xf32>", vec([2])],
        ["vector<2xf32>", vec([2], f32, [8, 9])],
      ],
      [0, 8, 1, 9],
    ],
    [
      "deinterleave",
      "%r, %s = vector.deinterleave %a0 : vector<4xf32> -> vector<2xf32> return %r, %s : vector<2xf32>, vector<2xf32>",
      "vector<2xf32>, vector<2xf32>",
      [v4],
      [
        [0, 2],
        [1, 3],
      ],
    ],
    [
      "bitcast to narrower lanes",
      "%r = vector.bitcast %a0 : vector<1xi32> to vector<4xi8> return %r : vector<4xi8>",
      "vector<4xi8>",
      [["vector<1xi32>", ints(0x04030201)]],
      [1, 2, 3, 4],
    ],
    [
      "bitcast to a float",
      "%r = vector.bitcast %a0 : vector<2xi16> to vector<1xf32> return %r : vector<1xf32>",
      "vector<1xf32>",
      [["vector<2xi16>", vec([2], i16, [0, 0x3fc0])]],
      [1.5],
    ],
    [
      "shape_cast",
      "%r = vector.shape_cast %a0 : vector<2x4xf32> to vector<8xf32> return %r : vector<8xf32>",
      "vector<8xf32>",
      [w24],
      counting(8),
    ],
    [
      "transpose",
      "%r = vector.transpose %a0, [1, 0] : vector<2x4xf32> to vector<4x2xf32> return %r : vector<4x2xf32>",
      "vector<4x2xf32>",
      [w24],
      [0, 4, 1, 5, 2, 6, 3, 7],
    ],
    [
      "extract_strided_slice",
      "%r = vector.extract_strided_slice %a0 {offsets = [1, 1], sizes = [1, 2], strides = [1, 1]} : vector<2x4xf32> to vector<1x2xf32> return %r : vector<1x2xf32>",
      "vector<1x2xf32>",
      [w24],
      [5, 6],
    ],
    [
      "insert_strided_slice",
      "%r = vector.insert_strided_slice %a1, %a0 {offsets = [1, 2], strides = [1]} : vector<2xf32> into vector<2x4xf32> return %r : vector<2x4xf32>",
      "vector<2x4xf32>",
      [w24, ["vector<2xf32>", vec([2], f32, [8, 9])]],
      [0, 1, 2, 3, 4, 5, 8, 9],
    ],
    [
      "vscale, and slices of scalable vectors",
      "%s = vector.broadcast %a1 : f32 to vector<[4]xf32> %t = vector.scalable.insert %a0, %s[0] : vector<2xf32> into vector<[4]xf32> %r = vector.scalable.extract %t[0] : vector<4xf32> from vector<[4]xf32> %n = vector.vscale return %r, %n : vector<4xf32>, index",
      "vector<4xf32>, index",
      [
        ["vector<2xf32>", vec([2])],
        ["f32", 7],
      ],
      [[0, 1, 7, 7], 1],
    ],
  ])("%s", (_, text, type, args, expected) => {
    expect(line(text, type, args)).toEqual(expected);
  });

  test("a position outside ends the run", () => {
    const text = `func.func @f(%v: vector<4xf32>, %i: index) -> f32 {
      %r = vector.extract %v[%i] : f32 from vector<4xf32>
      return %r : f32
    }`;
    expect(failureOf(context, text, [vec([4]), 4]).code).toBe("vector.position");
  });
});

describe("combining", () => {
  test.each<[string, string, string, readonly (readonly [string, RuntimeValue])[], unknown]>([
    [
      "reduction with a beginning",
      "%r = vector.reduction <add>, %a0, %a1 : vector<4xf32> into f32 return %r : f32",
      "f32",
      [v4, ["f32", 10]],
      16,
    ],
    [
      "unsigned minimum",
      "%r = vector.reduction <minui>, %a0 : vector<3xi32> into i32 return %r : i32",
      "i32",
      [["vector<3xi32>", ints(-1, 5, 7)]],
      5,
    ],
    [
      "multi_reduction",
      "%r = vector.multi_reduction <add>, %a0, %a1 [0] : vector<2x4xf32> to vector<4xf32> return %r : vector<4xf32>",
      "vector<4xf32>",
      [w24, v4],
      [4, 7, 10, 13],
    ],
    [
      "inclusive scan, which leaves the initial value out",
      "%r, %s = vector.scan <add>, %a0, %a1 {inclusive = true, reduction_dim = 1 : i64} : vector<2x4xf32>, vector<2xf32> return %r, %s : vector<2x4xf32>, vector<2xf32>",
      "vector<2x4xf32>, vector<2xf32>",
      [w24, ["vector<2xf32>", vec([2], f32, [100, 200])]],
      [
        [0, 1, 3, 6, 4, 9, 15, 22],
        [6, 22],
      ],
    ],
    [
      "exclusive scan",
      "%r, %s = vector.scan <mul>, %a0, %a1 {inclusive = false, reduction_dim = 0 : i64} : vector<2x2xf32>, vector<2xf32> return %r, %s : vector<2x2xf32>, vector<2xf32>",
      "vector<2x2xf32>, vector<2xf32>",
      [
        ["vector<2x2xf32>", vec([2, 2], f32, [2, 3, 5, 7])],
        ["vector<2xf32>", vec([2], f32, [10, 100])],
      ],
      [
        [10, 100, 20, 300],
        [20, 300],
      ],
    ],
    [
      "contract as a product of matrices",
      `%r = vector.contract {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]} %a0, %a0, %a0 : vector<2x2xf32>, vector<2x2xf32> into vector<2x2xf32> return %r : vector<2x2xf32>`,
      "vector<2x2xf32>",
      [["vector<2x2xf32>", vec([2, 2])]],
      [2, 4, 8, 14],
    ],
    [
      "contract of narrow integers into wide ones",
      `%r = vector.contract {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]} %a0, %a0, %a1 : vector<2xi8>, vector<2xi8> into i32 return %r : i32`,
      "i32",
      [
        ["vector<2xi8>", vec([2], i8, [-100, 100])],
        ["i32", 1],
      ],
      20001,
    ],
    [
      "outerproduct",
      "%r = vector.outerproduct %a0, %a1, %a2 {kind = #vector.kind<maxnumf>} : vector<2xf32>, vector<2xf32> return %r : vector<2x2xf32>",
      "vector<2x2xf32>",
      [
        ["vector<2xf32>", vec([2], f32, [1, 2])],
        ["vector<2xf32>", vec([2], f32, [3, 4])],
        ["vector<2x2xf32>", vec([2, 2], f32, [0, 9, 0, 9])],
      ],
      [3, 9, 6, 9],
    ],
  ])("%s", (_, text, type, args, expected) => {
    expect(line(text, type, args)).toEqual(expected);
  });
});

describe("masks", () => {
  test("create_mask and constant_mask", () => {
    const both = (a: string, args: readonly (readonly [string, RuntimeValue])[]) =>
      line(`%r = ${a} : vector<2x3xi1> return %r : vector<2x3xi1>`, "vector<2x3xi1>", args);
    expect(both("vector.create_mask %a0, %a1", [at(1), at(2)])).toEqual([1, 1, 0, 0, 0, 0]);
    expect(both("vector.create_mask %a0, %a1", [at(7), at(-1)])).toEqual([0, 0, 0, 0, 0, 0]);
    expect(both("vector.constant_mask [2, 1]", [])).toEqual([1, 0, 0, 1, 0, 0]);
  });

  const m: readonly [string, RuntimeValue] = ["vector<4xi1>", mask(1, 0, 1, 0)];
  const m8: readonly [string, RuntimeValue] = [
    "vector<2x4xi1>",
    vec([2, 4], i1, [1, 0, 0, 1, 0, 0, 0, 0]),
  ];

  test("reductions leave out lanes that are not set", () => {
    expect(
      line(
        "%r = vector.mask %a1 { vector.reduction <add>, %a0 : vector<4xf32> into f32 } : vector<4xi1> -> f32 return %r : f32",
        "f32",
        [v4, m],
      ),
    ).toBe(2);
    expect(
      line(
        "%r = vector.mask %a1 { vector.multi_reduction <add>, %a0, %a2 [1] : vector<2x4xf32> to vector<2xf32> } : vector<2x4xi1> -> vector<2xf32> return %r : vector<2xf32>",
        "vector<2xf32>",
        [w24, m8, ["vector<2xf32>", vec([2], f32, [10, 20])]],
      ),
    ).toEqual([13, 20]);
  });

  test("what is yielded is chosen from", () => {
    expect(
      line(
        "%r = vector.mask %a1, %a2 { vector.yield %a0 : vector<4xf32> } : vector<4xi1> -> vector<4xf32> return %r : vector<4xf32>",
        "vector<4xf32>",
        [v4, m, ["vector<4xf32>", vec([4], f32, [9, 9, 9, 9])]],
      ),
    ).toEqual([0, 9, 2, 9]);
  });

  test("transfers read padding, or what passes through", () => {
    const read = (passes: string) =>
      line(
        `%x = arith.constant -1.0 : f32
        %c0 = arith.constant 2 : index
        %r = vector.mask %a1${passes} { vector.transfer_read %a0[%c0], %x : memref<?xf32>, vector<4xf32> } : vector<4xi1> -> vector<4xf32>
        return %r : vector<4xf32>`,
        "vector<4xf32>",
        [["memref<?xf32>", buffer(3)], m, v4],
      );
    expect(read("")).toEqual([2, -1, -1, -1]);
    expect(read(", %a2")).toEqual([2, 1, -1, 3]);
  });

  test("transfers write set lanes", () => {
    const target = buffer(4);
    line(
      `%c0 = arith.constant 0 : index
      vector.mask %a1 { vector.transfer_write %a2, %a0[%c0] : vector<4xf32>, memref<?xf32> } : vector<4xi1>
      return`,
      "",
      [["memref<?xf32>", target], m, ["vector<4xf32>", vec([4], f32, [6, 7, 8, 9])]],
    );
    expect(plain(target)).toEqual([6, 1, 8, 3]);
  });
});

describe("memory", () => {
  const run = (text: string, type: string, args: readonly (readonly [string, RuntimeValue])[]) =>
    line(text, type, args);
  const m23: () => readonly [string, MemRefValue] = () => ["memref<?x?xf32>", buffer(4, 5)];

  test("vectors of two dimensions", () => {
    expect(
      run(
        "%r = vector.load %a0[%a1, %a1] : memref<?x?xf32>, vector<2x3xf32> return %r : vector<2x3xf32>",
        "vector<2x3xf32>",
        [m23(), at(1)],
      ),
    ).toEqual([6, 7, 8, 11, 12, 13]);
    const target = m23();
    run("vector.store %a2, %a0[%a1, %a1] : memref<?x?xf32>, vector<2x2xf32> return", "", [
      target,
      at(2),
      ["vector<2x2xf32>", vec([2, 2], f32, [-1, -2, -3, -4])],
    ]);
    expect((plain(target[1]) as number[]).slice(12, 19)).toEqual([-1, -2, 14, 15, 16, -3, -4]);
  });

  test("accesses outside end the run", () => {
    const text = `func.func @f(%m: memref<?x?xf32>, %i: index) -> vector<4xf32> {
      %r = vector.load %m[%i, %i] : memref<?x?xf32>, vector<4xf32>
      return %r : vector<4xf32>
    }`;
    expect(failureOf(context, text, [buffer(4, 5), 2])).toMatchObject({
      code: "memref.out-of-bounds",
      message: "index 5 is outside of dimension 1, whose extent is 5",
    });
  });

  test("elements that are vectors", () => {
    const text = `%m = memref.alloc() : memref<2xvector<4xf32>>
      %c1 = arith.constant 1 : index
      vector.store %a0, %m[%c1] : memref<2xvector<4xf32>>, vector<4xf32>
      %r = vector.load %m[%c1] : memref<2xvector<4xf32>>, vector<4xf32>
      %x = vector.transfer_read %m[%c1], %a0 : memref<2xvector<4xf32>>, vector<1x4xf32>
      return %r, %x : vector<4xf32>, vector<1x4xf32>`;
    expect(run(text, "vector<4xf32>, vector<1x4xf32>", [v4])).toEqual([counting(4), counting(4)]);
  });

  test("type_cast writes through", () => {
    const source = buffer(2, 2);
    const text = `%m = vector.type_cast %a0 : memref<2x2xf32> to memref<vector<2x2xf32>>
      %v = memref.load %m[] : memref<vector<2x2xf32>>
      %w = arith.addf %v, %v : vector<2x2xf32>
      memref.store %w, %m[] : memref<vector<2x2xf32>>
      return %v : vector<2x2xf32>`;
    expect(run(text, "vector<2x2xf32>", [["memref<2x2xf32>", source]])).toEqual([0, 1, 2, 3]);
    expect(plain(source)).toEqual([0, 2, 4, 6]);
  });

  const masked: readonly [string, RuntimeValue] = ["vector<4xi1>", mask(1, 0, 1, 1)];
  const rest: readonly [string, RuntimeValue] = ["vector<4xf32>", vec([4], f32, [-1, -2, -3, -4])];
  const m1 = (): readonly [string, MemRefValue] => ["memref<?xf32>", buffer(6)];

  test("masked accesses touch set lanes only", () => {
    const load =
      "%r = vector.maskedload %a0[%a1], %a2, %a3 : memref<?xf32>, vector<4xi1>, vector<4xf32> into vector<4xf32> return %r : vector<4xf32>";
    expect(run(load, "vector<4xf32>", [m1(), at(1), masked, rest])).toEqual([1, -2, 3, 4]);
    const last: readonly [string, RuntimeValue] = ["vector<4xi1>", mask(1, 0, 0, 0)];
    expect(run(load, "vector<4xf32>", [m1(), at(5), last, rest])).toEqual([5, -2, -3, -4]);
    const target = m1();
    const store =
      "vector.maskedstore %a0[%a1], %a2, %a3 : memref<?xf32>, vector<4xi1>, vector<4xf32> return";
    run(store, "", [target, at(1), masked, rest]);
    expect(plain(target[1])).toEqual([0, -1, 2, -3, -4, 5]);
  });

  test("gather and scatter", () => {
    const where: readonly [string, RuntimeValue] = ["vector<4xi32>", ints(3, 99, 0, 3)];
    const load =
      "%r = vector.gather %a0[%a1] [%a4], %a2, %a3 : memref<?xf32>, vector<4xi32>, vector<4xi1>, vector<4xf32> into vector<4xf32> return %r : vector<4xf32>";
    expect(run(load, "vector<4xf32>", [m1(), at(2), masked, rest, where])).toEqual([5, -2, 2, 5]);
    const target = m1();
    const store =
      "vector.scatter %a0[%a1] [%a4], %a2, %a3 : memref<?xf32>, vector<4xi32>, vector<4xi1>, vector<4xf32> return";
    run(store, "", [target, at(2), masked, rest, where]);
    // The last of two lanes that write to one place wins.
    expect(plain(target[1])).toEqual([0, 1, -3, 3, 4, -4]);
  });

  test("expandload and compressstore", () => {
    const load =
      "%r = vector.expandload %a0[%a1], %a2, %a3 : memref<?xf32>, vector<4xi1>, vector<4xf32> into vector<4xf32> return %r : vector<4xf32>";
    expect(run(load, "vector<4xf32>", [m1(), at(3), masked, rest])).toEqual([3, -2, 4, 5]);
    const target = m1();
    const store =
      "vector.compressstore %a0[%a1], %a2, %a3 : memref<?xf32>, vector<4xi1>, vector<4xf32> return";
    run(store, "", [target, at(3), masked, rest]);
    expect(plain(target[1])).toEqual([0, 1, 2, -1, -3, -4]);
  });
});

describe("transfers", () => {
  const x: readonly [string, RuntimeValue] = ["f32", -1];
  const square = (): readonly [string, MemRefValue] => ["memref<?x?xf32>", buffer(3, 3)];

  test("what is outside is padding", () => {
    expect(
      line(
        "%r = vector.transfer_read %a0[%a1, %a1], %a2 : memref<?x?xf32>, vector<2x2xf32> return %r : vector<2x2xf32>",
        "vector<2x2xf32>",
        [square(), at(2), x],
      ),
    ).toEqual([8, -1, -1, -1]);
  });

  test("maps choose dimensions, turn and repeat them", () => {
    const read = (map: string, type: string) =>
      line(
        `%r = vector.transfer_read %a0[%a1, %a1], %a2 {permutation_map = affine_map<(d0, d1) -> ${map}>} : memref<?x?xf32>, ${type} return %r : ${type}`,
        type,
        [square(), at(0), x],
      );
    expect(read("(d0)", "vector<3xf32>")).toEqual([0, 3, 6]);
    expect(read("(d1, d0)", "vector<2x3xf32>")).toEqual([0, 3, 6, 1, 4, 7]);
    expect(read("(0, d1)", "vector<2x2xf32>")).toEqual([0, 1, 0, 1]);
  });

  test("a mask has the order of the memory", () => {
    const m: readonly [string, RuntimeValue] = [
      "vector<3x2xi1>",
      vec([3, 2], i1, [1, 0, 0, 0, 0, 1]),
    ];
    expect(
      line(
        "%r = vector.transfer_read %a0[%a1, %a1], %a2, %a3 {permutation_map = affine_map<(d0, d1) -> (d1, d0)>} : memref<?x?xf32>, vector<2x3xf32> return %r : vector<2x3xf32>",
        "vector<2x3xf32>",
        [square(), at(0), x, m],
      ),
    ).toEqual([0, -1, -1, -1, -1, 7]);
  });

  test("lanes said to be inside must be", () => {
    const text = `func.func @f(%m: memref<?xf32>, %i: index, %x: f32) -> vector<2xf32> {
      %r = vector.transfer_read %m[%i], %x {in_bounds = [true]} : memref<?xf32>, vector<2xf32>
      return %r : vector<2xf32>
    }`;
    expect(failureOf(context, text, [buffer(3), 2, 0]).code).toBe("vector.out-of-bounds");
  });

  test("a write leaves out what is outside; a tensor stays as it was", () => {
    const target = square();
    line("vector.transfer_write %a2, %a0[%a1, %a1] : vector<2x2xf32>, memref<?x?xf32> return", "", [
      target,
      at(2),
      ["vector<2x2xf32>", vec([2, 2], f32, [-5, -6, -7, -8])],
    ]);
    expect(plain(target[1])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, -5]);
    const t = new TensorValue([3], f32, storeOf(f32, counting(3)));
    expect(
      line(
        "%r = vector.transfer_write %a2, %a0[%a1] : vector<2xf32>, tensor<?xf32> return %r : tensor<?xf32>",
        "tensor<?xf32>",
        [["tensor<?xf32>", t], at(1), ["vector<2xf32>", vec([2], f32, [8, 9])]],
      ),
    ).toEqual([0, 8, 9]);
    expect(plain(t)).toEqual([0, 1, 2]);
  });
});

test("print writes to the program's output", () => {
  const text = `func.func @f(%v: vector<2x2xf32>, %x: f32, %i: index) {
    vector.print %v : vector<2x2xf32>
    vector.print %x : f32 punctuation <comma>
    vector.print %i : index punctuation <no_punctuation>
    vector.print
    vector.print str "done"
    return
  }`;
  let out = "";
  const module = parseModule(context, text);
  new Interpreter(module, { write: (t) => (out += t) }).run("f", [vec([2, 2]), -0, 5]);
  expect(out).toBe("( ( 0, 1 ), ( 2, 3 ) )\n-0, 5\ndone\n");
});
