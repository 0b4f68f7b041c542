import {
  defineCase,
  bytes,
  doubles,
  exact,
  floats,
  type KernelCase,
  scalar,
  tensor,
} from "../case.ts";
import { blackScholes } from "./black-scholes.reference.ts";
import { fromBytes, narrow, toBytes } from "./convert.reference.ts";
import { luma } from "./luma.reference.ts";
import { mandelbrot } from "./mandelbrot.reference.ts";
import { multiplySum } from "./multiply-sum.reference.ts";
import { polynomial } from "./polynomial.reference.ts";
import { saxpy } from "./saxpy.reference.ts";
import { twice } from "./twice.reference.ts";

const rounded = { abs: 1e-6, rel: 1e-6 };
const lines = [{ n: 0 }, { n: 1 }, { n: 7 }, { n: 64 }, { n: 1003 }];
const planes = [
  { n: 0, m: 3 },
  { n: 1, m: 1 },
  { n: 5, m: 7 },
  { n: 33, m: 18 },
];

export const elementwise: readonly KernelCase[] = [
  defineCase("elementwise/twice", {
    kernel: "twice",
    sizes: lines,
    tolerance: exact,
    make: (random, { n }) => ({ x: tensor("f64", [n], doubles(random, n)) }),
    reference: ({ x }) => ({ result: tensor("f64", x.shape, twice(x.data)) }),
  }),
  defineCase("elementwise/saxpy", {
    kernel: "saxpy",
    sizes: lines,
    tolerance: exact,
    plain: rounded,
    make: (random, { n }) => ({
      a: scalar("f32", 0.3),
      x: tensor("f32", [n], floats(random, n)),
      y: tensor("f32", [n], floats(random, n)),
    }),
    reference: ({ a, x, y }) => ({
      result: tensor("f32", x.shape, saxpy(a.value, x.data, y.data)),
    }),
  }),
  defineCase("elementwise/multiply-sum", {
    kernel: "multiplySum",
    sizes: planes,
    tolerance: exact,
    plain: rounded,
    make: (random, { n, m }) => ({
      a: tensor("f32", [n, m], floats(random, n * m)),
      b: tensor("f32", [n, m], floats(random, n * m)),
      c: tensor("f32", [n, m], floats(random, n * m)),
    }),
    reference: ({ a, b, c }) => ({
      result: tensor("f32", a.shape, multiplySum(a.data, b.data, c.data)),
    }),
  }),
  defineCase("elementwise/polynomial", {
    kernel: "polynomial",
    sizes: lines,
    tolerance: exact,
    make: (random, { n }) => ({ x: tensor("f64", [n], doubles(random, n)) }),
    reference: ({ x }) => ({ result: tensor("f64", x.shape, polynomial(x.data)) }),
  }),
  defineCase("elementwise/black-scholes", {
    kernel: "blackScholes",
    sizes: lines,
    // Prices up to 100 as differences of numbers up to 100, each with a few roundings.
    tolerance: { abs: 2e-4, rel: 1e-5 },
    make: (random, { n }) => ({
      spot: tensor("f32", [n], floats(random, n, 10, 100)),
      strike: tensor("f32", [n], floats(random, n, 10, 100)),
      years: tensor("f32", [n], floats(random, n, 0.25, 3)),
      rate: scalar("f32", 0.03),
      volatility: scalar("f32", 0.25),
    }),
    reference: ({ spot, strike, years, rate, volatility }) => {
      const prices = blackScholes(spot.data, strike.data, years.data, rate.value, volatility.value);
      return {
        call: tensor("f32", spot.shape, prices.call),
        put: tensor("f32", spot.shape, prices.put),
      };
    },
  }),
  defineCase("elementwise/mandelbrot", {
    kernel: "mandelbrot",
    sizes: [
      { h: 0, w: 4, limit: 10 },
      { h: 1, w: 1, limit: 50 },
      { h: 19, w: 31, limit: 100 },
      { h: 48, w: 64, limit: 200 },
    ],
    tolerance: exact,
    // An orbit near the border of the set leaves the disc at another step when rounded otherwise.
    plain: { abs: 0, rel: 0, outliers: 0.05 },
    make: (_, { h, w, limit }) => ({
      height: scalar("i32", h),
      width: scalar("i32", w),
      limit: scalar("i32", limit),
    }),
    reference: ({ height, width, limit }) => ({
      result: tensor(
        "i32",
        [height.value, width.value],
        mandelbrot(height.value, width.value, limit.value),
      ),
    }),
  }),
  defineCase("elementwise/luma", {
    kernel: "luma",
    sizes: planes,
    tolerance: exact,
    plain: { abs: 1, rel: 0, outliers: 0 },
    make: (random, { n, m }) => ({ picture: tensor("u8", [n, m, 3], bytes(random, n * m * 3)) }),
    reference: ({ picture }) => ({
      result: tensor("u8", picture.shape.slice(0, 2), luma(picture.data)),
    }),
  }),
  defineCase("elementwise/convert", {
    kernel: "toBytes",
    sizes: planes,
    tolerance: exact,
    plain: { abs: 1, rel: 0 },
    make: (random, { n, m }) => ({ x: tensor("f32", [n, m], floats(random, n * m, -0.2, 1.2)) }),
    reference: ({ x }) => ({ result: tensor("u8", x.shape, toBytes(x.data)) }),
  }),
  defineCase("elementwise/convert", {
    kernel: "fromBytes",
    sizes: planes,
    tolerance: exact,
    make: (random, { n, m }) => ({ x: tensor("u8", [n, m], bytes(random, n * m)) }),
    reference: ({ x }) => ({ result: tensor("f32", x.shape, fromBytes(x.data)) }),
  }),
  defineCase("elementwise/convert", {
    kernel: "narrow",
    sizes: lines,
    tolerance: exact,
    plain: { abs: 1e-7, rel: 1e-6 },
    make: (random, { n }) => {
      const x = floats(random, n, -300, 300);
      for (let k = 0; k < n; k += 5) x[k]! *= 150;
      return { x: tensor("f32", [n], x) };
    },
    reference: ({ x }) => {
      const { half, brain, whole, loss } = narrow(x.data);
      return {
        half: tensor("f16", x.shape, half),
        brain: tensor("bf16", x.shape, brain),
        whole: tensor("i16", x.shape, whole),
        loss: tensor("f32", x.shape, loss),
      };
    },
  }),
];
