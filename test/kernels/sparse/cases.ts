import type { Random } from "@strata/support";
import {
  defineCase,
  doubles,
  exact,
  floats,
  integers,
  type KernelCase,
  offsets,
  scalar,
  tensor,
  bytes,
} from "../case.ts";
import { conjugateGradient } from "./conjugate-gradient.reference.ts";
import { minPlus } from "./min-plus.reference.ts";
import { spmv } from "./spmv.reference.ts";
import { powers, reachable, sparseTimesDense } from "./graph.reference.ts";

/** The matrix of −u'' on n points, with a heavier diagonal, in compressed rows. */
function tridiagonal(
  random: Random,
  n: number,
): {
  readonly start: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
} {
  const start: number[] = [0];
  const columns: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < n; row++) {
    for (const column of [row - 1, row, row + 1]) {
      if (column < 0 || column >= n) continue;
      columns.push(column);
      values.push(column === row ? 2.5 + random.float() : -1);
    }
    start.push(columns.length);
  }
  return {
    start: Int32Array.from(start),
    columns: Int32Array.from(columns),
    values: Float64Array.from(values),
  };
}

export const sparse: readonly KernelCase[] = [
  defineCase("sparse/spmv", {
    kernel: "spmv",
    sizes: [
      { rows: 1, entries: 0, n: 1 },
      { rows: 6, entries: 3, n: 9 },
      { rows: 40, entries: 333, n: 25 },
    ],
    tolerance: exact,
    plain: { abs: 1e-5, rel: 1e-5 },
    make: (random, { rows, entries, n }) => ({
      start: tensor("i32", [rows + 1], offsets(random, rows, entries)),
      columns: tensor("i32", [entries], integers(random, entries, 0, n - 1)),
      values: tensor("f32", [entries], floats(random, entries)),
      x: tensor("f32", [n], floats(random, n)),
    }),
    reference: ({ start, columns, values, x }) => {
      const product = spmv(start.data, columns.data, values.data, x.data);
      return { result: tensor("f32", [product.length], product) };
    },
  }),
  defineCase("sparse/min-plus", {
    kernel: "minPlus",
    sizes: [
      { m: 1, k: 1, n: 1 },
      { m: 2, k: 0, n: 3 },
      { m: 13, k: 9, n: 21 },
    ],
    tolerance: exact,
    make: (random, { m, k, n }) => ({
      a: tensor("i32", [m, k], integers(random, m * k, 0, 1000)),
      b: tensor("i32", [k, n], integers(random, k * n, 0, 1000)),
    }),
    reference: ({ a, b }) => {
      const [m = 0, k = 0] = a.shape;
      const n = b.shape[1] ?? 0;
      return { result: tensor("i32", [m, n], minPlus(a.data, b.data, m, k, n)) };
    },
  }),
  defineCase("sparse/conjugate-gradient", {
    kernel: "conjugateGradient",
    sizes: [
      { n: 1, steps: 0 },
      { n: 5, steps: 2 },
      { n: 60, steps: 12 },
    ],
    tolerance: { abs: 1e-10, rel: 1e-9 },
    make: (random, { n, steps }) => {
      const { start, columns, values } = tridiagonal(random, n);
      return {
        start: tensor("i32", [start.length], start),
        columns: tensor("i32", [columns.length], columns),
        values: tensor("f64", [values.length], values),
        b: tensor("f64", [n], doubles(random, n)),
        steps: scalar("i32", steps),
      };
    },
    reference: ({ start, columns, values, b, steps }) => {
      const { x, residual } = conjugateGradient(
        start.data,
        columns.data,
        values.data,
        b.data,
        steps.value,
      );
      return { x: tensor("f64", b.shape, x), residual: scalar("f64", residual) };
    },
  }),
  defineCase("sparse/graph", {
    kernel: "reachable",
    sizes: [
      { n: 1, edges: 0, steps: 1 },
      { n: 9, edges: 14, steps: 0 },
      { n: 30, edges: 55, steps: 4 },
    ],
    tolerance: exact,
    make: (random, { n, edges, steps }) => ({
      start: tensor("i32", [n + 1], offsets(random, n, edges)),
      targets: tensor("i32", [edges], integers(random, edges, 0, n - 1)),
      open: tensor("bool", [edges], bytes(random, edges, 1)),
      from: tensor("bool", [n], bytes(random, n, 1)),
      steps: scalar("i32", steps),
    }),
    reference: ({ start, targets, open, from, steps }) => ({
      result: tensor(
        "bool",
        from.shape,
        reachable(start.data, targets.data, open.data, from.data, steps.value),
      ),
    }),
  }),
  defineCase("sparse/graph", {
    kernel: "powers",
    sizes: [
      { n: 1, count: 2 },
      { n: 6, count: 1 },
      { n: 31, count: 5 },
    ],
    tolerance: { abs: 1e-9, rel: 1e-10 },
    make: (random, { n, count }) => {
      const { start, columns, values } = tridiagonal(random, n);
      return {
        start: tensor("i32", [start.length], start),
        columns: tensor("i32", [columns.length], columns),
        values: tensor("f64", [values.length], values),
        x: tensor("f64", [n], doubles(random, n)),
        basis: tensor("f64", [count, n], new Float64Array(count * n)),
      };
    },
    reference: ({ start, columns, values, x, basis }) => {
      const [count = 0] = basis.shape;
      const rows = powers(start.data, columns.data, values.data, x.data, count);
      return { result: tensor("f64", basis.shape, rows) };
    },
  }),
  defineCase("sparse/graph", {
    kernel: "sparseTimesDense",
    sizes: [
      { rows: 1, entries: 0, n: 1, m: 2 },
      { rows: 11, entries: 40, n: 7, m: 5 },
    ],
    tolerance: { abs: 1e-12, rel: 1e-12 },
    make: (random, { rows, entries, n, m }) => ({
      start: tensor("i32", [rows + 1], offsets(random, rows, entries)),
      columns: tensor("i32", [entries], integers(random, entries, 0, n - 1)),
      values: tensor("f64", [entries], doubles(random, entries)),
      b: tensor("f64", [n, m], doubles(random, n * m)),
    }),
    reference: ({ start, columns, values, b }) => {
      const [, m = 0] = b.shape;
      const c = sparseTimesDense(start.data, columns.data, values.data, b.data, m);
      return { result: tensor("f64", [start.data.length - 1, m], c) };
    },
  }),
];
