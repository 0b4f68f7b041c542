/** What the type checker refuses and infers; `tsc` is the judge, running it only loads it. */
import { describe, expectTypeOf, test } from "vitest";
import {
  argmax,
  build,
  clamp,
  type f32,
  histogram,
  i32,
  iterate,
  map,
  scan,
  stencil,
  sum,
  Tensor,
  zip,
  type bool,
  type Dim,
  type f64,
  type i64,
  type u64,
  type u8,
} from "../src/index.ts";

describe("shapes", () => {
  test("a kernel's result has the shape it says", () => {
    function matmul<m extends Dim, k extends Dim, n extends Dim>(
      a: Tensor<f32, [m, k]>,
      b: Tensor<f32, [k, n]>,
    ): Tensor<f32, [m, n]> {
      return build([a.shape[0], b.shape[1]], (i, j) =>
        sum(a.shape[1], (p) => a.at(i, p) * b.at(p, j)),
      );
    }
    function swapped<m extends Dim, k extends Dim, n extends Dim>(
      a: Tensor<f32, [m, k]>,
      b: Tensor<f32, [k, n]>,
    ): Tensor<f32, [n, m]> {
      // @ts-expect-error -- the result is m × n
      return matmul(a, b);
    }
    const left = Tensor.zeros([4, 5], "f32");
    const right = Tensor.zeros([5, 6], "f32");
    const product = matmul(left, right);
    expectTypeOf(product).toEqualTypeOf<Tensor<f32, [4, 6]>>();
    expectTypeOf(swapped).toBeFunction();
  });

  test("as many positions as axes", () => {
    const matrix = Tensor.zeros([2, 3], "f32");
    // @ts-expect-error -- three positions in a matrix
    expectTypeOf(() => matrix.at(0, 0, 0)).toBeFunction();
    // @ts-expect-error -- one position in a matrix
    expectTypeOf(() => matrix.at(0)).toBeFunction();
    // @ts-expect-error -- one offset in a matrix
    expectTypeOf(() => stencil(matrix, clamp, (c) => c(1))).toBeFunction();
    // @ts-expect-error -- three indices of a matrix
    expectTypeOf(() => map(matrix, (x, i, j, k) => x + i + j + k)).toBeFunction();
  });

  test("tensors walked together have one shape", () => {
    function add<n extends Dim, m extends Dim>(a: Tensor<f32, [n]>, b: Tensor<f32, [m]>): void {
      // @ts-expect-error -- n is not m
      zip(a, b, (x, y) => x + y);
      // @ts-expect-error -- n is not m
      stencil([a, b], clamp, (x, y) => x(0) + y(0));
    }
    expectTypeOf(add).toBeFunction();
  });

  test("an axis goes away", () => {
    function rows<n extends Dim, m extends Dim, k extends Dim>(
      a: Tensor<f32, [n, m, k]>,
    ): Tensor<f32, [n, k]> {
      expectTypeOf(sum(a, 0)).toEqualTypeOf<Tensor<f32, [m, k]>>();
      expectTypeOf(sum(a, -1)).toEqualTypeOf<Tensor<f32, [n, m]>>();
      expectTypeOf(argmax(a, -3)).toEqualTypeOf<Tensor<i32, [m, k]>>();
      return sum(a, 1);
    }
    function wrong<n extends Dim, m extends Dim>(a: Tensor<f32, [n, m]>): Tensor<f32, [n]> {
      // @ts-expect-error -- what is left is m
      return sum(a, 0);
    }
    expectTypeOf(rows).toBeFunction();
    expectTypeOf(wrong).toBeFunction();
    const deep = Tensor.zeros([1, 2, 3, 4, 5, 6], "f32");
    expectTypeOf(sum(deep, -6)).toEqualTypeOf<Tensor<f32, [2, 3, 4, 5, 6]>>();
    expectTypeOf(sum(deep, 5)).toEqualTypeOf<Tensor<f32, [1, 2, 3, 4, 5]>>();
  });

  test("computed extents are anonymous", () => {
    function half<n extends Dim>(a: Tensor<f32, [n]>): Tensor<f32, [Dim]> {
      return build([i32(a.shape[0] / 2)], (i) => a.at(2 * i));
    }
    expectTypeOf(half).returns.toEqualTypeOf<Tensor<f32, [number]>>();
    expectTypeOf(histogram(Tensor.zeros([4], "u8"), 256, (x) => x)).toEqualTypeOf<
      Tensor<i32, [256]>
    >();
  });
});

describe("element types", () => {
  test("one type does not pass for another, plain numbers for all", () => {
    function take(x: f32, y: f64): f64 {
      // @ts-expect-error -- write f64(x)
      const z: f64 = x;
      // @ts-expect-error -- an f32 and an f64
      if (x === y) return 0;
      const w: f32 = 2 * x + 1;
      return z + y * w;
    }
    function retype<n extends Dim>(t: Tensor<f32, [n]>): Tensor<f64, [n]> {
      // @ts-expect-error -- elements are f32
      return t;
    }
    expectTypeOf(take).toBeCallableWith(1, 2);
    expectTypeOf(retype).toBeFunction();
  });

  test("of results", () => {
    const x = Tensor.zeros([3], "f32");
    expectTypeOf(x).toEqualTypeOf<Tensor<f32, [3]>>();
    expectTypeOf(map(x, (v) => v > 0)).toEqualTypeOf<Tensor<bool, [3]>>();
    expectTypeOf(map(x, (v) => i32(v))).toEqualTypeOf<Tensor<i32, [3]>>();
    expectTypeOf(map(x, (v) => (v > 0 ? 1 : 0))).toEqualTypeOf<Tensor<number, [3]>>();
    expectTypeOf(map(x, (v) => 2 * v)).toExtend<Tensor<f32, [3]>>();
    const longs: Tensor<i64, [3]> = map(Tensor.zeros([3], "i64"), (v) => v * 2n);
    expectTypeOf(longs.at(0)).toEqualTypeOf<i64>();
    expectTypeOf(scan(x, 0, (acc, v) => acc + v)).toEqualTypeOf<Tensor<number, [3]>>();
    // @ts-expect-error -- a bool tensor is no f32 tensor
    const wrong: Tensor<f32, [3]> = map(x, (v) => v > 0);
    expectTypeOf(wrong).not.toBeAny();
  });

  test("of tensors made from data", () => {
    expectTypeOf(Tensor.from(new Float32Array(2), [2])).toEqualTypeOf<Tensor<f32, [2]>>();
    expectTypeOf(Tensor.from(new Uint8Array(2), [2])).toEqualTypeOf<Tensor<u8, [2]>>();
    expectTypeOf(Tensor.from(new Uint8Array(2), [2], "bool")).toEqualTypeOf<Tensor<bool, [2]>>();
    expectTypeOf(Tensor.from(new BigUint64Array(2), [2])).toEqualTypeOf<Tensor<u64, [2]>>();
    // @ts-expect-error -- f64 elements are not kept in a Float32Array
    expectTypeOf(() => Tensor.from(new Float32Array(2), [2], "f64")).toBeFunction();
    expectTypeOf(Tensor.fromArray([[1, 2]])).toEqualTypeOf<Tensor<f64, [number, number]>>();
    expectTypeOf(Tensor.fromArray([true])).toEqualTypeOf<Tensor<bool, [number]>>();
    expectTypeOf(Tensor.zeros([2, 2], "f32").toNestedArray()).toEqualTypeOf<f32[][]>();
    expectTypeOf(Tensor.zeros([2, 2], "f32").dataAs("f32")).toExtend<Float32Array>();
  });

  test("state keeps its type", () => {
    function step<n extends Dim>(u: Tensor<f32, [n]>, v: Tensor<f32, [n]>): Tensor<f32, [n]> {
      const [a, b] = iterate(3, [u, v], (x, y) => [zip(x, y, (p, q) => p + q), x]);
      expectTypeOf(b).toEqualTypeOf<Tensor<f32, [n]>>();
      expectTypeOf(iterate(3, 1, (z) => z * 0.5)).toEqualTypeOf<number>();
      // @ts-expect-error -- the state is a tensor, the step's result a number
      iterate(3, u, (x) => sum(x));
      return a;
    }
    expectTypeOf(step).toBeFunction();
  });
});
