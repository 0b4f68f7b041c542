import {
  defineCase,
  exact,
  floats,
  type KernelCase,
  scalar,
  tensor,
  type TensorValue,
  doubles,
} from "../case.ts";
import { downsample } from "./downsample.reference.ts";
import { harris } from "./harris.reference.ts";
import { hornSchunck } from "./horn-schunck.reference.ts";
import { unsharp } from "./unsharp.reference.ts";
import { warp } from "./warp.reference.ts";
import { lucasKanade } from "./lucas-kanade.reference.ts";

const rounded = { abs: 2e-6, rel: 1e-5 };
const planes = [
  { n: 0, m: 4 },
  { n: 1, m: 1 },
  { n: 3, m: 2 },
  { n: 11, m: 1 },
  { n: 24, m: 37 },
];

function plane({ shape }: TensorValue): readonly [number, number] {
  const [h = 0, w = 0] = shape;
  return [h, w];
}

export const vision: readonly KernelCase[] = [
  defineCase("vision/horn-schunck", {
    kernel: "hornSchunck",
    sizes: planes.map((size, k) => ({ ...size, steps: 2 * k })),
    // The reference rounds to f32 once per field, the kernel after each operation.
    tolerance: { abs: 2e-5, rel: 1e-4 },
    make: (random, { n, m, steps }) => ({
      first: tensor("f32", [n, m], floats(random, n * m, 0, 1)),
      second: tensor("f32", [n, m], floats(random, n * m, 0, 1)),
      smoothness: scalar("f32", 0.7),
      steps: scalar("i32", steps),
    }),
    reference: ({ first, second, smoothness, steps }) => {
      const [h, w] = plane(first);
      const flow = hornSchunck(first.data, second.data, h, w, smoothness.value, steps.value);
      return { u: tensor("f32", [h, w], flow.u), v: tensor("f32", [h, w], flow.v) };
    },
  }),
  defineCase("vision/harris", {
    kernel: "harris",
    sizes: planes,
    tolerance: exact,
    plain: { abs: 1e-5, rel: 1e-4 },
    make: (random, { n, m }) => ({
      picture: tensor("f32", [n, m], floats(random, n * m, 0, 1)),
      sensitivity: scalar("f32", 0.05),
    }),
    reference: ({ picture, sensitivity }) => ({
      result: tensor(
        "f32",
        picture.shape,
        harris(picture.data, ...plane(picture), sensitivity.value),
      ),
    }),
  }),
  defineCase("vision/unsharp", {
    kernel: "unsharp",
    sizes: planes,
    tolerance: exact,
    plain: rounded,
    make: (random, { n, m }) => ({
      picture: tensor("f32", [n, m], floats(random, n * m, 0, 1)),
      amount: scalar("f32", 0.8),
    }),
    reference: ({ picture, amount }) => ({
      result: tensor("f32", picture.shape, unsharp(picture.data, ...plane(picture), amount.value)),
    }),
  }),
  defineCase("vision/warp", {
    kernel: "warp",
    sizes: planes,
    tolerance: exact,
    plain: { abs: 2e-5, rel: 1e-5 },
    make: (random, { n, m }) => ({
      picture: tensor("f32", [n, m], floats(random, n * m, 0, 1)),
      down: tensor("f32", [n, m], floats(random, n * m, -4, 4)),
      right: tensor("f32", [n, m], floats(random, n * m, -4, 4)),
    }),
    reference: ({ picture, down, right }) => ({
      result: tensor(
        "f32",
        picture.shape,
        warp(picture.data, down.data, right.data, ...plane(picture)),
      ),
    }),
  }),
  defineCase("vision/downsample", {
    kernel: "downsample",
    sizes: planes,
    tolerance: exact,
    plain: rounded,
    make: (random, { n, m }) => ({ picture: tensor("f32", [n, m], floats(random, n * m, 0, 1)) }),
    reference: ({ picture }) => {
      const [h, w] = plane(picture);
      const shape = [Math.floor(h / 2), Math.floor(w / 2)];
      return { result: tensor("f32", shape, downsample(picture.data, h, w)) };
    },
  }),
  defineCase("vision/lucas-kanade", {
    kernel: "lucasKanade",
    sizes: planes,
    // Where the system is nearly singular the solution has few digits.
    tolerance: { abs: 1e-7, rel: 1e-7 },
    make: (random, { n, m }) => ({
      first: tensor("f64", [n, m], doubles(random, n * m, 0, 1)),
      second: tensor("f64", [n, m], doubles(random, n * m, 0, 1)),
    }),
    reference: ({ first, second }) => {
      const { u, v } = lucasKanade(first.data, second.data, ...plane(first));
      return { u: tensor("f64", first.shape, u), v: tensor("f64", first.shape, v) };
    },
  }),
];
