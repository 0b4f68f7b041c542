import {
  bytes,
  defineCase,
  doubles,
  exact,
  floats,
  type KernelCase,
  scalar,
  tensor,
  type TensorValue,
} from "../case.ts";
import { bilateral } from "./bilateral.reference.ts";
import { gaussian, gaussianSeparable } from "./gaussian.reference.ts";
import { grayScott } from "./gray-scott.reference.ts";
import { heat, heatStep } from "./heat.reference.ts";
import { heat3d } from "./heat3d.reference.ts";
import { jacobi2d, jacobi3d } from "./jacobi.reference.ts";
import { laplacian27 } from "./laplacian27.reference.ts";
import { life } from "./life.reference.ts";
import { median } from "./median.reference.ts";
import { poisson } from "./poisson.reference.ts";
import { redBlack } from "./red-black.reference.ts";
import { sobel } from "./sobel.reference.ts";
import { wave } from "./wave.reference.ts";
import { sweep } from "./multicolour.reference.ts";
import { shallowWater } from "./shallow-water.reference.ts";

/** A few roundings of numbers around 1 to f32 after each operation, or only at the end. */
const rounded = { abs: 2e-6, rel: 1e-5 };
const planes = [
  { n: 0, m: 3 },
  { n: 1, m: 1 },
  { n: 1, m: 6 },
  { n: 2, m: 3 },
  { n: 13, m: 5 },
  { n: 33, m: 70 },
];
const movies = planes.map((plane, steps) => ({ ...plane, steps }));
const blocks = [
  { l: 1, n: 1, m: 1 },
  { l: 2, n: 1, m: 3 },
  { l: 5, n: 6, m: 9 },
  { l: 8, n: 8, m: 17 },
];

function plane({ shape }: TensorValue): readonly [number, number] {
  const [n = 0, m = 0] = shape;
  return [n, m];
}

function block({ shape }: TensorValue): readonly [number, number, number] {
  const [l = 0, n = 0, m = 0] = shape;
  return [l, n, m];
}

export const stencil: readonly KernelCase[] = [
  defineCase("stencil/heat", {
    kernel: "heatStep",
    sizes: planes,
    tolerance: exact,
    plain: rounded,
    make: (random, { n, m }) => ({
      u: tensor("f32", [n, m], floats(random, n * m)),
      alpha: scalar("f32", 0.2),
    }),
    reference: ({ u, alpha }) => ({
      result: tensor("f32", u.shape, heatStep(u.data, ...plane(u), alpha.value)),
    }),
  }),
  defineCase("stencil/heat", {
    kernel: "heat",
    sizes: movies,
    tolerance: exact,
    plain: rounded,
    make: (random, { n, m, steps }) => ({
      u: tensor("f32", [n, m], floats(random, n * m)),
      alpha: scalar("f32", 0.25),
      steps: scalar("i32", steps),
    }),
    reference: ({ u, alpha, steps }) => ({
      result: tensor("f32", u.shape, heat(u.data, ...plane(u), alpha.value, steps.value)),
    }),
  }),
  defineCase("stencil/heat3d", {
    kernel: "heat3d",
    sizes: blocks.map((size, k) => ({ ...size, steps: k + 1 })),
    tolerance: exact,
    plain: rounded,
    make: (random, { l, n, m, steps }) => ({
      u: tensor("f32", [l, n, m], floats(random, l * n * m)),
      alpha: scalar("f32", 0.15),
      steps: scalar("i32", steps),
    }),
    reference: ({ u, alpha, steps }) => ({
      result: tensor("f32", u.shape, heat3d(u.data, block(u), alpha.value, steps.value)),
    }),
  }),
  defineCase("stencil/jacobi", {
    kernel: "jacobi2d",
    sizes: planes,
    tolerance: exact,
    plain: rounded,
    make: (random, { n, m }) => ({
      u: tensor("f32", [n, m], floats(random, n * m)),
      f: tensor("f32", [n, m], floats(random, n * m)),
    }),
    reference: ({ u, f }) => ({
      result: tensor("f32", u.shape, jacobi2d(u.data, f.data, ...plane(u))),
    }),
  }),
  defineCase("stencil/jacobi", {
    kernel: "jacobi3d",
    sizes: blocks,
    tolerance: exact,
    make: (random, { l, n, m }) => ({
      u: tensor("f64", [l, n, m], doubles(random, l * n * m)),
      f: tensor("f64", [l, n, m], doubles(random, l * n * m)),
    }),
    reference: ({ u, f }) => ({
      result: tensor("f64", u.shape, jacobi3d(u.data, f.data, block(u))),
    }),
  }),
  defineCase("stencil/laplacian27", {
    kernel: "laplacian27",
    sizes: blocks,
    tolerance: exact,
    plain: { abs: 1e-5, rel: 1e-5 },
    make: (random, { l, n, m }) => ({ u: tensor("f32", [l, n, m], floats(random, l * n * m)) }),
    reference: ({ u }) => ({ result: tensor("f32", u.shape, laplacian27(u.data, block(u))) }),
  }),
  defineCase("stencil/gaussian", {
    kernel: "gaussian",
    sizes: planes,
    tolerance: exact,
    plain: rounded,
    make: (random, { n, m }) => ({ picture: tensor("f32", [n, m], floats(random, n * m, 0, 1)) }),
    reference: ({ picture }) => ({
      result: tensor("f32", picture.shape, gaussian(picture.data, ...plane(picture))),
    }),
  }),
  defineCase("stencil/gaussian", {
    kernel: "gaussianSeparable",
    sizes: planes,
    tolerance: exact,
    plain: rounded,
    make: (random, { n, m }) => ({ picture: tensor("f32", [n, m], floats(random, n * m, 0, 1)) }),
    reference: ({ picture }) => ({
      result: tensor("f32", picture.shape, gaussianSeparable(picture.data, ...plane(picture), 1)),
    }),
  }),
  defineCase("stencil/gaussian", {
    kernel: "gaussianColor",
    sizes: planes,
    tolerance: exact,
    plain: rounded,
    make: (random, { n, m }) => ({
      picture: tensor("f32", [n, m, 3], floats(random, n * m * 3, 0, 1)),
    }),
    reference: ({ picture }) => ({
      result: tensor("f32", picture.shape, gaussianSeparable(picture.data, ...plane(picture), 3)),
    }),
  }),
  defineCase("stencil/bilateral", {
    kernel: "bilateral",
    sizes: planes,
    tolerance: { abs: 1e-5, rel: 1e-5 },
    make: (random, { n, m }) => ({
      picture: tensor("f32", [n, m], floats(random, n * m, 0, 1)),
      distance: scalar("f32", 1.5),
      contrast: scalar("f32", 0.2),
    }),
    reference: ({ picture, distance, contrast }) => ({
      result: tensor(
        "f32",
        picture.shape,
        bilateral(picture.data, ...plane(picture), distance.value, contrast.value),
      ),
    }),
  }),
  defineCase("stencil/median", {
    kernel: "median",
    sizes: planes,
    tolerance: exact,
    make: (random, { n, m }) => ({ picture: tensor("u8", [n, m], bytes(random, n * m)) }),
    reference: ({ picture }) => ({
      result: tensor("u8", picture.shape, median(picture.data, ...plane(picture))),
    }),
  }),
  defineCase("stencil/life", {
    kernel: "life",
    sizes: movies,
    tolerance: exact,
    make: (random, { n, m, steps }) => ({
      cells: tensor("u8", [n, m], bytes(random, n * m, 1)),
      generations: scalar("i32", steps),
    }),
    reference: ({ cells, generations }) => ({
      result: tensor("u8", cells.shape, life(cells.data, ...plane(cells), generations.value)),
    }),
  }),
  defineCase("stencil/sobel", {
    kernel: "sobel",
    sizes: planes,
    tolerance: exact,
    plain: rounded,
    make: (random, { n, m }) => ({ picture: tensor("f32", [n, m], floats(random, n * m)) }),
    reference: ({ picture }) => ({
      result: tensor("f32", picture.shape, sobel(picture.data, ...plane(picture))),
    }),
  }),
  defineCase("stencil/poisson", {
    kernel: "poisson",
    sizes: movies,
    tolerance: exact,
    make: (random, { n, m, steps }) => ({
      u: tensor("f64", [n, m], doubles(random, n * m)),
      k: tensor("f64", [n, m], doubles(random, n * m, 0.5, 2)),
      f: tensor("f64", [n, m], doubles(random, n * m)),
      sweeps: scalar("i32", steps),
    }),
    reference: ({ u, k, f, sweeps }) => ({
      result: tensor("f64", u.shape, poisson(u.data, k.data, f.data, ...plane(u), sweeps.value)),
    }),
  }),
  defineCase("stencil/red-black", {
    kernel: "redBlack",
    sizes: movies,
    tolerance: exact,
    make: (random, { n, m, steps }) => ({
      u: tensor("f64", [n, m], doubles(random, n * m)),
      f: tensor("f64", [n, m], doubles(random, n * m)),
      sweeps: scalar("i32", steps),
    }),
    reference: ({ u, f, sweeps }) => ({
      result: tensor("f64", u.shape, redBlack(u.data, f.data, ...plane(u), sweeps.value)),
    }),
  }),
  defineCase("stencil/wave", {
    kernel: "wave",
    sizes: movies,
    tolerance: exact,
    plain: { abs: 1e-5, rel: 1e-5 },
    make: (random, { n, m, steps }) => ({
      now: tensor("f32", [n, m], floats(random, n * m)),
      before: tensor("f32", [n, m], floats(random, n * m)),
      courant: scalar("f32", 0.5),
      steps: scalar("i32", steps),
    }),
    reference: ({ now, before, courant, steps }) => {
      const last = wave(now.data, before.data, ...plane(now), courant.value, steps.value);
      return {
        now: tensor("f32", now.shape, last.now),
        before: tensor("f32", now.shape, last.before),
      };
    },
  }),
  defineCase("stencil/gray-scott", {
    kernel: "grayScott",
    sizes: movies,
    tolerance: exact,
    plain: rounded,
    make: (random, { n, m, steps }) => ({
      u: tensor("f32", [n, m], floats(random, n * m, 0, 1)),
      v: tensor("f32", [n, m], floats(random, n * m, 0, 0.5)),
      feed: scalar("f32", 0.035),
      kill: scalar("f32", 0.065),
      steps: scalar("i32", steps),
    }),
    reference: ({ u, v, feed, kill, steps }) => {
      const fields = grayScott(u.data, v.data, ...plane(u), feed.value, kill.value, steps.value);
      return { u: tensor("f32", u.shape, fields.u), v: tensor("f32", u.shape, fields.v) };
    },
  }),
  defineCase("stencil/shallow-water", {
    kernel: "shallowWater",
    sizes: [
      { n: 1, m: 1, steps: 2 },
      { n: 5, m: 4, steps: 0 },
      { n: 17, m: 22, steps: 3 },
    ],
    tolerance: { abs: 1e-12, rel: 1e-12 },
    make: (random, { n, m, steps }) => ({
      depth: tensor("f64", [n, m], doubles(random, n * m, 1, 1.1)),
      east: tensor("f64", [n, m], doubles(random, n * m, -0.1, 0.1)),
      north: tensor("f64", [n, m], doubles(random, n * m, -0.1, 0.1)),
      lambda: scalar("f64", 0.1),
      gravity: scalar("f64", 9.81),
      steps: scalar("i32", steps),
    }),
    reference: ({ depth, east, north, lambda, gravity, steps }) => {
      const [n = 0, m = 0] = depth.shape;
      const [h, u, v] = shallowWater(
        [depth.data, east.data, north.data],
        [n, m],
        [lambda.value, gravity.value, steps.value],
      );
      const field = (data: Float64Array): TensorValue => tensor("f64", depth.shape, data);
      return { h: field(h), u: field(u), v: field(v) };
    },
  }),
  defineCase("stencil/multicolour", {
    kernel: "sweep",
    sizes: [
      { n: 1, m: 1, sweeps: 1 },
      { n: 0, m: 3, sweeps: 1 },
      { n: 6, m: 9, sweeps: 0 },
      { n: 19, m: 23, sweeps: 3 },
    ],
    tolerance: { abs: 1e-12, rel: 1e-12 },
    make: (random, { n, m, sweeps }) => ({
      u: tensor("f64", [n, m], doubles(random, n * m)),
      f: tensor("f64", [n, m], doubles(random, n * m)),
      sweeps: scalar("i32", sweeps),
    }),
    reference: ({ u, f, sweeps }) => {
      const [n = 0, m = 0] = u.shape;
      return { result: tensor("f64", u.shape, sweep(u.data, f.data, [n, m], sweeps.value)) };
    },
  }),
];
