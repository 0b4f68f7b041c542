import {
  bytes as randomBytes,
  defineCase,
  doubles,
  exact,
  floats,
  integers,
  type KernelCase,
  scalar,
  tensor,
} from "../case.ts";
import { bytes } from "./bytes.reference.ts";
import { distanceByZone } from "./group-by.reference.ts";
import { orientation } from "./orientation.reference.ts";
import { addRows, inverse } from "./scatter.reference.ts";

const planes = [
  { n: 0, m: 5 },
  { n: 1, m: 1 },
  { n: 2, m: 13 },
  { n: 31, m: 22 },
];

export const histogram: readonly KernelCase[] = [
  defineCase("histogram/bytes", {
    kernel: "bytes",
    sizes: planes,
    tolerance: exact,
    make: (random, { n, m }) => ({ picture: tensor("u8", [n, m], randomBytes(random, n * m)) }),
    reference: ({ picture }) => ({ result: tensor("i32", [256], bytes(picture.data)) }),
  }),
  defineCase("histogram/group-by", {
    kernel: "distanceByZone",
    sizes: [
      { n: 0, zones: 3 },
      { n: 40, zones: 1 },
      { n: 700, zones: 12 },
    ],
    tolerance: { abs: 1e-9, rel: 1e-12 },
    make: (random, { n, zones }) => ({
      zone: tensor("i32", [n], integers(random, n, -1, zones)),
      distance: tensor("f64", [n], doubles(random, n, 0, 30)),
      zones: scalar("i32", zones),
    }),
    reference: ({ zone, distance, zones }) => {
      const { trips, total, mean } = distanceByZone(zone.data, distance.data, zones.value);
      return {
        trips: tensor("i32", [zones.value], trips),
        total: tensor("f64", [zones.value], total),
        mean: tensor("f64", [zones.value], mean),
      };
    },
  }),
  defineCase("histogram/orientation", {
    kernel: "orientation",
    sizes: planes,
    tolerance: { abs: 1e-4, rel: 1e-5 },
    make: (random, { n, m }) => ({ patch: tensor("f32", [n, m], floats(random, n * m)) }),
    reference: ({ patch }) => {
      const [n = 0, m = 0] = patch.shape;
      return { result: tensor("f32", [8], orientation(patch.data, n, m)) };
    },
  }),
  defineCase("histogram/scatter", {
    kernel: "addRows",
    sizes: [
      { n: 1, m: 1, k: 0 },
      { n: 4, m: 3, k: 9 },
      { n: 20, m: 7, k: 31 },
    ],
    tolerance: exact,
    make: (random, { n, m, k }) => ({
      target: tensor("f64", [n, m], doubles(random, n * m)),
      places: tensor("i32", [k], integers(random, k, -1, n)),
      rows: tensor("f64", [k, m], doubles(random, k * m)),
    }),
    reference: ({ target, places, rows }) => {
      const [, m = 0] = target.shape;
      const sums = addRows(target.data, places.data, rows.data, m);
      return { result: tensor("f64", target.shape, sums) };
    },
  }),
  defineCase("histogram/scatter", {
    kernel: "inverse",
    sizes: [{ n: 0 }, { n: 1 }, { n: 37 }],
    tolerance: exact,
    make: (random, { n }) => {
      const keys = doubles(random, n);
      const order = Int32Array.from({ length: n }, (_, k) => k);
      order.sort((a, b) => keys[a]! - keys[b]!);
      return {
        order: tensor("i32", [n], order),
        ranks: tensor(
          "i32",
          [n],
          Int32Array.from({ length: n }, (_, k) => k),
        ),
      };
    },
    reference: ({ order }) => ({ result: tensor("i32", order.shape, inverse(order.data)) }),
  }),
];
