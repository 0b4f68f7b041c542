import {
  defineCase,
  doubles,
  exact,
  floats,
  integers,
  type KernelCase,
  tensor,
  type TensorValue,
} from "../case.ts";
import { batched } from "./batched.reference.ts";
import { gemv, gemvTransposed } from "./gemv.reference.ts";
import { gram } from "./gram.reference.ts";
import { matmul, matmulInteger, matmulNarrow } from "./matmul.reference.ts";
import { nearest } from "./nearest.reference.ts";
import { cholesky, matmulTransposed, solveLower } from "./triangular.reference.ts";

/** Sums of up to a hundred f32 products around 1, in any order. */
const reassociated = { abs: 2e-5, rel: 1e-5 };
const planes = [
  { m: 0, n: 2 },
  { m: 3, n: 0 },
  { m: 1, n: 1 },
  { m: 5, n: 19 },
  { m: 34, n: 67 },
];
const products = [
  { m: 1, k: 1, n: 1 },
  { m: 2, k: 0, n: 3 },
  { m: 0, k: 3, n: 2 },
  { m: 7, k: 5, n: 3 },
  { m: 17, k: 40, n: 33 },
];

function extents(a: TensorValue, b: TensorValue): readonly [number, number, number] {
  const [m = 0, k = 0] = a.shape;
  return [m, k, b.shape[1] ?? 0];
}

/** The bf16 patterns of f32 numbers, cut off. */
function narrowed(numbers: Float32Array): Uint16Array {
  return Uint16Array.from(new Uint32Array(numbers.buffer), (pattern) => pattern >>> 16);
}

export const dense: readonly KernelCase[] = [
  defineCase("dense/gemv", {
    kernel: "gemv",
    sizes: planes,
    tolerance: reassociated,
    make: (random, { m, n }) => ({
      a: tensor("f32", [m, n], floats(random, m * n)),
      x: tensor("f32", [n], floats(random, n)),
    }),
    reference: ({ a, x }) => {
      const [m = 0, n = 0] = a.shape;
      return { result: tensor("f32", [m], gemv(a.data, x.data, m, n)) };
    },
  }),
  defineCase("dense/gemv", {
    kernel: "gemvTransposed",
    sizes: planes,
    tolerance: reassociated,
    make: (random, { m, n }) => ({
      a: tensor("f32", [m, n], floats(random, m * n)),
      x: tensor("f32", [m], floats(random, m)),
    }),
    reference: ({ a, x }) => {
      const [m = 0, n = 0] = a.shape;
      return { result: tensor("f32", [n], gemvTransposed(a.data, x.data, m, n)) };
    },
  }),
  defineCase("dense/matmul", {
    kernel: "matmul",
    sizes: products,
    tolerance: reassociated,
    make: (random, { m, k, n }) => ({
      a: tensor("f32", [m, k], floats(random, m * k)),
      b: tensor("f32", [k, n], floats(random, k * n)),
    }),
    reference: ({ a, b }) => {
      const [m, k, n] = extents(a, b);
      return { result: tensor("f32", [m, n], matmul(a.data, b.data, m, k, n)) };
    },
  }),
  defineCase("dense/matmul", {
    kernel: "matmulInteger",
    sizes: products,
    tolerance: exact,
    make: (random, { m, k, n }) => ({
      a: tensor("i32", [m, k], integers(random, m * k, -(2 ** 20), 2 ** 20)),
      b: tensor("i32", [k, n], integers(random, k * n, -(2 ** 20), 2 ** 20)),
    }),
    reference: ({ a, b }) => {
      const [m, k, n] = extents(a, b);
      return { result: tensor("i32", [m, n], matmulInteger(a.data, b.data, m, k, n)) };
    },
  }),
  defineCase("dense/matmul", {
    kernel: "matmulNarrow",
    sizes: products,
    tolerance: reassociated,
    make: (random, { m, k, n }) => ({
      a: tensor("bf16", [m, k], narrowed(floats(random, m * k))),
      b: tensor("bf16", [k, n], narrowed(floats(random, k * n))),
    }),
    reference: ({ a, b }) => {
      const [m, k, n] = extents(a, b);
      return { result: tensor("f32", [m, n], matmulNarrow(a.data, b.data, m, k, n)) };
    },
  }),
  defineCase("dense/gram", {
    kernel: "gram",
    sizes: planes,
    tolerance: { abs: 1e-12, rel: 1e-12 },
    make: (random, { m, n }) => ({ a: tensor("f64", [m, n], doubles(random, m * n)) }),
    reference: ({ a }) => {
      const [m = 0, k = 0] = a.shape;
      return { result: tensor("f64", [m, m], gram(a.data, m, k)) };
    },
  }),
  defineCase("dense/batched", {
    kernel: "batched",
    sizes: [
      { b: 0, m: 1, k: 2, n: 3 },
      { b: 1, m: 1, k: 1, n: 1 },
      { b: 3, m: 5, k: 9, n: 7 },
    ],
    tolerance: reassociated,
    make: (random, { b, m, k, n }) => ({
      left: tensor("f32", [b, m, k], floats(random, b * m * k)),
      right: tensor("f32", [b, k, n], floats(random, b * k * n)),
    }),
    reference: ({ left, right }) => {
      const [b = 0, m = 0, k = 0] = left.shape;
      const n = right.shape[2] ?? 0;
      return { result: tensor("f32", [b, m, n], batched(left.data, right.data, [b, m, k, n])) };
    },
  }),
  defineCase("dense/nearest", {
    kernel: "nearest",
    sizes: [
      { q: 1, n: 1, d: 1 },
      { q: 4, n: 0, d: 2 },
      { q: 23, n: 31, d: 3 },
    ],
    tolerance: reassociated,
    make: (random, { q, n, d }) => ({
      queries: tensor("f32", [q, d], floats(random, q * d)),
      points: tensor("f32", [n, d], floats(random, n * d)),
    }),
    reference: ({ queries, points }) => {
      const [q = 0, d = 0] = queries.shape;
      const { which, squared } = nearest(queries.data, points.data, d);
      return { which: tensor("i32", [q], which), squared: tensor("f32", [q], squared) };
    },
  }),
  defineCase("dense/triangular", {
    kernel: "solveLower",
    sizes: [{ n: 1 }, { n: 5 }, { n: 23 }],
    tolerance: { abs: 1e-9, rel: 1e-9 },
    make: (random, { n }) => ({
      // A heavy diagonal keeps the solution of the size of the right side.
      l: tensor(
        "f64",
        [n, n],
        doubles(random, n * n).map((v, k) => (k % (n + 1) === 0 ? n + 1 : v)),
      ),
      b: tensor("f64", [n], doubles(random, n)),
    }),
    reference: ({ l, b }) => {
      const x = solveLower(l.data, b.data, b.data.length);
      return { result: tensor("f64", b.shape, x) };
    },
  }),
  defineCase("dense/triangular", {
    kernel: "cholesky",
    sizes: [{ n: 1 }, { n: 4 }, { n: 13 }],
    tolerance: { abs: 1e-9, rel: 1e-9 },
    make: (random, { n }) => {
      const b = doubles(random, n * n);
      const a = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          for (let k = 0; k < n; k++) a[i * n + j]! += b[i * n + k]! * b[j * n + k]!;
          if (i === j) a[i * n + j]! += 1;
        }
      }
      return { a: tensor("f64", [n, n], a) };
    },
    reference: ({ a }) => {
      const [n = 0] = a.shape;
      return { result: tensor("f64", a.shape, cholesky(a.data, n)) };
    },
  }),
  defineCase("dense/triangular", {
    kernel: "matmulTransposed",
    sizes: [
      { k: 1, m: 1, n: 1 },
      { k: 0, m: 2, n: 3 },
      { k: 17, m: 9, n: 12 },
    ],
    tolerance: { abs: 1e-12, rel: 1e-12 },
    make: (random, { k, m, n }) => ({
      a: tensor("f64", [k, m], doubles(random, k * m)),
      b: tensor("f64", [k, n], doubles(random, k * n)),
    }),
    reference: ({ a, b }) => {
      const [k = 0, m = 0] = a.shape;
      const [, n = 0] = b.shape;
      return { result: tensor("f64", [m, n], matmulTransposed(a.data, b.data, [k, m, n])) };
    },
  }),
];
