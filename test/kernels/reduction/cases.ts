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
  words,
} from "../case.ts";
import { checksum } from "./checksum.reference.ts";
import { extremes } from "./extremes.reference.ts";
import { logsumexp } from "./logsumexp.reference.ts";
import { meanVariance } from "./mean-variance.reference.ts";
import { accelerations } from "./n-body.reference.ts";
import { inner, norm } from "./norm.reference.ts";
import { rowArgmax } from "./row-argmax.reference.ts";
import { segmentedSum } from "./segmented-sum.reference.ts";
import { softmax } from "./softmax.reference.ts";
import { margins, total } from "./sum.reference.ts";
import { groupMaxima } from "./segments.reference.ts";

/** Sums of a thousand f32 numbers around 1 in any order. */
const reassociated = { abs: 1e-4, rel: 1e-5 };
const rounded = { abs: 1e-6, rel: 1e-5 };
const lines = [{ n: 0 }, { n: 1 }, { n: 3 }, { n: 70 }, { n: 1001 }];
const planes = [
  { n: 0, m: 4 },
  { n: 4, m: 1 },
  { n: 1, m: 9 },
  { n: 17, m: 35 },
];

export const reduction: readonly KernelCase[] = [
  defineCase("reduction/sum", {
    kernel: "total",
    sizes: lines,
    tolerance: reassociated,
    make: (random, { n }) => ({ x: tensor("f32", [n], floats(random, n)) }),
    reference: ({ x }) => ({ result: scalar("f32", total(x.data)) }),
  }),
  defineCase("reduction/sum", {
    kernel: "margins",
    sizes: [...planes, { n: 3, m: 0 }],
    tolerance: reassociated,
    make: (random, { n, m }) => ({ x: tensor("f32", [n, m], floats(random, n * m)) }),
    reference: ({ x }) => {
      const [n = 0, m = 0] = x.shape;
      const { rows, columns } = margins(x.data, n, m);
      return { rows: tensor("f32", [n], rows), columns: tensor("f32", [m], columns) };
    },
  }),
  defineCase("reduction/norm", {
    kernel: "inner",
    sizes: lines,
    tolerance: reassociated,
    make: (random, { n }) => ({
      a: tensor("f32", [n], floats(random, n)),
      b: tensor("f32", [n], floats(random, n)),
    }),
    reference: ({ a, b }) => ({ result: scalar("f32", inner(a.data, b.data)) }),
  }),
  defineCase("reduction/norm", {
    kernel: "norm",
    sizes: lines,
    tolerance: reassociated,
    make: (random, { n }) => ({ x: tensor("f32", [n], floats(random, n)) }),
    reference: ({ x }) => ({ result: scalar("f32", norm(x.data)) }),
  }),
  defineCase("reduction/checksum", {
    kernel: "checksum",
    sizes: lines,
    tolerance: exact,
    make: (random, { n }) => ({ words: tensor("u32", [n], words(random, n)) }),
    reference: ({ words }) => ({ result: scalar("u32", checksum(words.data)) }),
  }),
  defineCase("reduction/extremes", {
    kernel: "extremes",
    sizes: lines,
    tolerance: exact,
    make: (random, { n }) => ({ x: tensor("i32", [n], integers(random, n, -50, 50)) }),
    reference: ({ x }) => {
      const { least, greatest, leastAt, greatestAt } = extremes(x.data);
      return {
        least: scalar("i32", least),
        greatest: scalar("i32", greatest),
        leastAt: scalar("i32", leastAt),
        greatestAt: scalar("i32", greatestAt),
      };
    },
  }),
  defineCase("reduction/row-argmax", {
    kernel: "rowArgmax",
    sizes: [...planes, { n: 2, m: 0 }],
    tolerance: exact,
    make: (random, { n, m }) => ({ x: tensor("f32", [n, m], floats(random, n * m)) }),
    reference: ({ x }) => {
      const [n = 0, m = 0] = x.shape;
      return { result: tensor("i32", [n], rowArgmax(x.data, n, m)) };
    },
  }),
  defineCase("reduction/mean-variance", {
    kernel: "meanVariance",
    sizes: lines,
    tolerance: { abs: 1e-12, rel: 1e-12 },
    make: (random, { n }) => ({ x: tensor("f64", [n], doubles(random, n, 3, 5)) }),
    reference: ({ x }) => {
      const { center, variance } = meanVariance(x.data);
      return { center: scalar("f64", center), variance: scalar("f64", variance) };
    },
  }),
  defineCase("reduction/logsumexp", {
    kernel: "logsumexp",
    sizes: lines.slice(1),
    tolerance: rounded,
    make: (random, { n }) => ({ x: tensor("f32", [n], floats(random, n, 80, 100)) }),
    reference: ({ x }) => ({ result: scalar("f32", logsumexp(x.data)) }),
  }),
  defineCase("reduction/softmax", {
    kernel: "softmax",
    sizes: planes,
    tolerance: rounded,
    make: (random, { n, m }) => ({ x: tensor("f32", [n, m], floats(random, n * m, -5, 90)) }),
    reference: ({ x }) => {
      const [n = 0, m = 0] = x.shape;
      return { result: tensor("f32", [n, m], softmax(x.data, n, m)) };
    },
  }),
  defineCase("reduction/n-body", {
    kernel: "accelerations",
    sizes: [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 45 }],
    tolerance: { abs: 1e-3, rel: 1e-4 },
    make: (random, { n }) => ({
      position: tensor("f32", [n, 3], floats(random, 3 * n)),
      mass: tensor("f32", [n], floats(random, n, 0.1, 1)),
      softening: scalar("f32", 0.1),
    }),
    reference: ({ position, mass, softening }) => ({
      result: tensor(
        "f32",
        position.shape,
        accelerations(position.data, mass.data, softening.value),
      ),
    }),
  }),
  defineCase("reduction/segmented-sum", {
    kernel: "segmentedSum",
    sizes: [
      { n: 0, runs: 1 },
      { n: 5, runs: 9 },
      { n: 200, runs: 13 },
    ],
    tolerance: exact,
    plain: rounded,
    make: (random, { n, runs }) => ({
      x: tensor("f32", [n], floats(random, n)),
      start: tensor("i32", [runs + 1], offsets(random, runs, n)),
    }),
    reference: ({ x, start }) => {
      const sums = segmentedSum(x.data, start.data);
      return { result: tensor("f32", [sums.length], sums) };
    },
  }),
  defineCase("reduction/segments", {
    kernel: "groupMaxima",
    sizes: [
      { n: 1, k: 0, runs: 2 },
      { n: 5, k: 9, runs: 4 },
      { n: 40, k: 100, runs: 17 },
    ],
    tolerance: exact,
    make: (random, { n, k, runs }) => ({
      values: tensor("f64", [n], doubles(random, n)),
      order: tensor("i32", [k], integers(random, k, 0, n - 1)),
      start: tensor("i32", [runs + 1], offsets(random, runs, k)),
    }),
    reference: ({ values, order, start }) => {
      const most = groupMaxima(values.data, order.data, start.data);
      return { result: tensor("f64", [most.length], most) };
    },
  }),
];
