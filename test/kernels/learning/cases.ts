import { defineCase, doubles, exact, floats, type KernelCase, scalar, tensor } from "../case.ts";
import { attention } from "./attention.reference.ts";
import { expectation, maximization } from "./gaussian-mixture.reference.ts";
import { assign, kMeansStep } from "./k-means.reference.ts";
import { convolution, dense, pool } from "./layers.reference.ts";
import { rbf } from "./rbf.reference.ts";

const reassociated = { abs: 2e-5, rel: 1e-5 };
const precise = { abs: 1e-11, rel: 1e-10 };
const clusters = [
  { n: 0, k: 1, d: 2 },
  { n: 1, k: 1, d: 1 },
  { n: 9, k: 3, d: 2 },
  { n: 70, k: 5, d: 4 },
];
const pictures = [
  { c: 1, h: 3, w: 3 },
  { c: 2, h: 5, w: 8 },
  { c: 3, h: 12, w: 11 },
];

/** Weights that are positive and sum to 1 in every row. */
function shares(rows: number, columns: number, raw: Float64Array): Float64Array {
  const result = raw.slice();
  for (let i = 0; i < rows; i++) {
    const row = result.subarray(i * columns, (i + 1) * columns);
    const total = row.reduce((a, b) => a + b, 0);
    for (let j = 0; j < columns; j++) row[j]! /= total;
  }
  return result;
}

export const learning: readonly KernelCase[] = [
  defineCase("learning/k-means", {
    kernel: "assign",
    sizes: clusters,
    tolerance: exact,
    make: (random, { n, k, d }) => ({
      points: tensor("f32", [n, d], floats(random, n * d)),
      centers: tensor("f32", [k, d], floats(random, k * d)),
    }),
    reference: ({ points, centers }) => {
      const [n = 0, d = 0] = points.shape;
      return { result: tensor("i32", [n], assign(points.data, centers.data, d)) };
    },
  }),
  defineCase("learning/k-means", {
    kernel: "kMeansStep",
    sizes: clusters,
    tolerance: reassociated,
    make: (random, { n, k, d }) => ({
      points: tensor("f32", [n, d], floats(random, n * d)),
      centers: tensor("f32", [k, d], floats(random, k * d)),
    }),
    reference: ({ points, centers }) => {
      const [n = 0, d = 0] = points.shape;
      const { labels, moved } = kMeansStep(points.data, centers.data, d);
      return { labels: tensor("i32", [n], labels), moved: tensor("f32", centers.shape, moved) };
    },
  }),
  defineCase("learning/gaussian-mixture", {
    kernel: "expectation",
    sizes: clusters,
    tolerance: precise,
    make: (random, { n, k, d }) => ({
      points: tensor("f64", [n, d], doubles(random, n * d)),
      weight: tensor("f64", [k], shares(1, k, doubles(random, k, 0.2, 1))),
      center: tensor("f64", [k, d], doubles(random, k * d)),
      variance: tensor("f64", [k, d], doubles(random, k * d, 0.1, 1)),
    }),
    reference: ({ points, weight, center, variance }) => {
      const [n = 0, d = 0] = points.shape;
      const k = weight.data.length;
      const { responsibility, likelihood } = expectation(
        points.data,
        weight.data,
        center.data,
        variance.data,
        d,
      );
      return {
        responsibility: tensor("f64", [n, k], responsibility),
        likelihood: scalar("f64", likelihood),
      };
    },
  }),
  defineCase("learning/gaussian-mixture", {
    kernel: "maximization",
    sizes: clusters,
    tolerance: precise,
    make: (random, { n, k, d }) => ({
      points: tensor("f64", [n, d], doubles(random, n * d)),
      responsibility: tensor("f64", [n, k], shares(n, k, doubles(random, n * k, 0.01, 1))),
    }),
    reference: ({ points, responsibility }) => {
      const d = points.shape[1] ?? 0;
      const k = responsibility.shape[1] ?? 0;
      const { weight, center, variance } = maximization(points.data, responsibility.data, d, k);
      return {
        weight: tensor("f64", [k], weight),
        center: tensor("f64", [k, d], center),
        variance: tensor("f64", [k, d], variance),
      };
    },
  }),
  defineCase("learning/rbf", {
    kernel: "rbf",
    sizes: [
      { m: 0, n: 2, d: 1 },
      { m: 1, n: 1, d: 3 },
      { m: 19, n: 12, d: 7 },
    ],
    tolerance: { abs: 1e-6, rel: 1e-5 },
    make: (random, { m, n, d }) => ({
      x: tensor("f32", [m, d], floats(random, m * d)),
      y: tensor("f32", [n, d], floats(random, n * d)),
      gamma: scalar("f32", 0.5),
    }),
    reference: ({ x, y, gamma }) => {
      const [m = 0, d = 0] = x.shape;
      const shape = [m, y.shape[0] ?? 0];
      return { result: tensor("f32", shape, rbf(x.data, y.data, d, gamma.value)) };
    },
  }),
  defineCase("learning/layers", {
    kernel: "convolution",
    sizes: pictures,
    tolerance: reassociated,
    make: (random, { c, h, w }) => ({
      input: tensor("f32", [c, h, w], floats(random, c * h * w)),
      weight: tensor("f32", [2, c, 3, 2], floats(random, 2 * c * 6)),
      bias: tensor("f32", [2], floats(random, 2)),
    }),
    reference: ({ input, weight, bias }) => {
      const [c = 0, h = 0, w = 0] = input.shape;
      const data = convolution(input.data, weight.data, bias.data, [c, h, w], [3, 2]);
      return { result: tensor("f32", [2, h - 2, w - 1], data) };
    },
  }),
  defineCase("learning/layers", {
    kernel: "pool",
    sizes: pictures,
    tolerance: exact,
    make: (random, { c, h, w }) => ({ input: tensor("f32", [c, h, w], floats(random, c * h * w)) }),
    reference: ({ input }) => {
      const [c = 0, h = 0, w = 0] = input.shape;
      const shape = [c, Math.floor(h / 2), Math.floor(w / 2)];
      return { result: tensor("f32", shape, pool(input.data, [c, h, w])) };
    },
  }),
  defineCase("learning/layers", {
    kernel: "dense",
    sizes: [
      { n: 0, m: 3 },
      { n: 1, m: 1 },
      { n: 50, m: 13 },
    ],
    tolerance: reassociated,
    make: (random, { n, m }) => ({
      input: tensor("f32", [n], floats(random, n)),
      weight: tensor("f32", [m, n], floats(random, m * n)),
      bias: tensor("f32", [m], floats(random, m)),
    }),
    reference: ({ input, weight, bias }) => ({
      result: tensor("f32", bias.shape, dense(input.data, weight.data, bias.data)),
    }),
  }),
  defineCase("learning/attention", {
    kernel: "attention",
    sizes: [
      { q: 1, k: 1, d: 1, v: 1 },
      { q: 3, k: 7, d: 4, v: 2 },
      { q: 12, k: 20, d: 16, v: 9 },
    ],
    tolerance: reassociated,
    make: (random, { q, k, d, v }) => ({
      query: tensor("f32", [q, d], floats(random, q * d, -2, 2)),
      key: tensor("f32", [k, d], floats(random, k * d, -2, 2)),
      value: tensor("f32", [k, v], floats(random, k * v)),
    }),
    reference: ({ query, key, value }) => {
      const [q = 0, d = 0] = query.shape;
      const v = value.shape[1] ?? 0;
      return { result: tensor("f32", [q, v], attention(query.data, key.data, value.data, d, v)) };
    },
  }),
];
