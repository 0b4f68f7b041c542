import { defineCase, exact, floats, integers, type KernelCase, scalar, tensor } from "../case.ts";
import { compact } from "./compact.reference.ts";
import { lowPass } from "./low-pass.reference.ts";
import { prefixSum } from "./prefix-sum.reference.ts";
import { runningMax } from "./running-max.reference.ts";

const lines = [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 33 }, { n: 515 }];
const planes = [
  { n: 0, m: 2 },
  { n: 1, m: 1 },
  { n: 9, m: 1 },
  { n: 21, m: 14 },
];

export const scan: readonly KernelCase[] = [
  defineCase("scan/prefix-sum", {
    kernel: "prefixSum",
    sizes: lines,
    tolerance: exact,
    make: (random, { n }) => ({
      x: tensor("i32", [n], integers(random, n, -(2 ** 31), 2 ** 31 - 1)),
    }),
    reference: ({ x }) => {
      const { inclusive, exclusive, remaining } = prefixSum(x.data);
      return {
        inclusive: tensor("i32", x.shape, inclusive),
        exclusive: tensor("i32", x.shape, exclusive),
        remaining: tensor("i32", x.shape, remaining),
      };
    },
  }),
  defineCase("scan/running-max", {
    kernel: "runningMax",
    sizes: planes,
    tolerance: exact,
    make: (random, { n, m }) => ({ x: tensor("f32", [n, m], floats(random, n * m)) }),
    reference: ({ x }) => {
      const [n = 0, m = 0] = x.shape;
      return { result: tensor("f32", x.shape, runningMax(x.data, n, m)) };
    },
  }),
  defineCase("scan/low-pass", {
    kernel: "lowPass",
    sizes: planes,
    tolerance: exact,
    plain: { abs: 1e-6, rel: 1e-5 },
    make: (random, { n, m }) => ({
      x: tensor("f32", [n, m], floats(random, n * m)),
      share: scalar("f32", 0.2),
    }),
    reference: ({ x, share }) => {
      const [n = 0, m = 0] = x.shape;
      return { result: tensor("f32", x.shape, lowPass(x.data, n, m, share.value)) };
    },
  }),
  defineCase("scan/compact", {
    kernel: "compact",
    sizes: lines,
    tolerance: exact,
    make: (random, { n }) => ({ x: tensor("f32", [n], floats(random, n)) }),
    reference: ({ x }) => {
      const { kept, count } = compact(x.data);
      return { kept: tensor("f32", x.shape, kept), count: scalar("i32", count) };
    },
  }),
];
