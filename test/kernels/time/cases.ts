import { defineCase, doubles, exact, type KernelCase, scalar, tensor } from "../case.ts";
import { twoGrid } from "./multigrid.reference.ts";
import { steady } from "./steady.reference.ts";

export const time: readonly KernelCase[] = [
  defineCase("time/steady", {
    kernel: "steady",
    sizes: [
      { n: 0, m: 2, most: 3 },
      { n: 1, m: 1, most: 9 },
      { n: 3, m: 3, most: 0 },
      { n: 6, m: 9, most: 100 },
      { n: 12, m: 7, most: 5 },
    ],
    tolerance: exact,
    make: (random, { n, m, most }) => ({
      u: tensor("f64", [n, m], doubles(random, n * m)),
      tolerance: scalar("f64", 1e-3),
      most: scalar("i32", most),
    }),
    reference: ({ u, tolerance, most }) => {
      const [n = 0, m = 0] = u.shape;
      return { result: tensor("f64", u.shape, steady(u.data, n, m, tolerance.value, most.value)) };
    },
  }),
  defineCase("time/multigrid", {
    kernel: "twoGrid",
    sizes: [
      { n: 2, m: 2, sweeps: 1 },
      { n: 8, m: 6, sweeps: 2 },
      { n: 16, m: 30, sweeps: 3 },
    ],
    tolerance: { abs: 1e-12, rel: 1e-12 },
    make: (random, { n, m, sweeps }) => ({
      u: tensor("f64", [n, m], doubles(random, n * m)),
      f: tensor("f64", [n, m], doubles(random, n * m)),
      sweeps: scalar("i32", sweeps),
    }),
    reference: ({ u, f, sweeps }) => {
      const [n = 0, m = 0] = u.shape;
      return { result: tensor("f64", u.shape, twoGrid(u.data, f.data, n, m, sweeps.value)) };
    },
  }),
];
