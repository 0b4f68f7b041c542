import {
  bytes,
  defineCase,
  exact,
  type KernelCase,
  scalar,
  tensor,
  words as randomWords,
} from "../case.ts";
import { crc32 } from "./crc32.reference.ts";
import { parity } from "./parity.reference.ts";
import { hamming, ones } from "./popcount.reference.ts";
import { uniform, words } from "./xorshift.reference.ts";
import { editDistance } from "./edit-distance.reference.ts";

const lines = [{ n: 0 }, { n: 1 }, { n: 5 }, { n: 66 }, { n: 501 }];

export const integer: readonly KernelCase[] = [
  defineCase("integer/xorshift", {
    kernel: "words",
    sizes: lines,
    tolerance: exact,
    make: (random, { n }) => ({
      n: scalar("i32", n),
      seed: scalar("u32", random.int(0, 2 ** 31)),
    }),
    reference: ({ n, seed }) => ({ result: tensor("u32", [n.value], words(n.value, seed.value)) }),
  }),
  defineCase("integer/xorshift", {
    kernel: "uniform",
    sizes: lines,
    tolerance: exact,
    make: (random, { n }) => ({
      n: scalar("i32", n),
      seed: scalar("u32", random.int(0, 2 ** 31)),
    }),
    reference: ({ n, seed }) => ({
      result: tensor("f32", [n.value], uniform(n.value, seed.value)),
    }),
  }),
  defineCase("integer/popcount", {
    kernel: "ones",
    sizes: lines,
    tolerance: exact,
    make: (random, { n }) => ({ words: tensor("u32", [n], randomWords(random, n)) }),
    reference: ({ words }) => {
      const { each, total } = ones(words.data);
      return { each: tensor("u32", words.shape, each), total: scalar("u32", total) };
    },
  }),
  defineCase("integer/popcount", {
    kernel: "hamming",
    sizes: lines,
    tolerance: exact,
    make: (random, { n }) => ({
      a: tensor("u64", [n], new BigUint64Array(randomWords(random, 2 * n).buffer)),
      b: tensor("u64", [n], new BigUint64Array(randomWords(random, 2 * n).buffer)),
    }),
    reference: ({ a, b }) => ({ result: scalar("u64", hamming(a.data, b.data)) }),
  }),
  defineCase("integer/crc32", {
    kernel: "crc32",
    sizes: [
      { n: 0, length: 3 },
      { n: 1, length: 0 },
      { n: 9, length: 21 },
    ],
    tolerance: exact,
    make: (random, { n, length }) => ({
      rows: tensor("u8", [n, length], bytes(random, n * length)),
    }),
    reference: ({ rows }) => {
      const [n = 0, length = 0] = rows.shape;
      return { result: tensor("u32", [n], crc32(rows.data, n, length)) };
    },
  }),
  defineCase("integer/parity", {
    kernel: "parity",
    sizes: lines,
    tolerance: exact,
    make: (random, { n }) => ({ flags: tensor("bool", [n], bytes(random, n, 1)) }),
    reference: ({ flags }) => ({ result: tensor("bool", flags.shape, parity(flags.data)) }),
  }),
  defineCase("integer/edit-distance", {
    kernel: "editDistance",
    sizes: [
      { n: 0, m: 3 },
      { n: 1, m: 1 },
      { n: 7, m: 0 },
      { n: 21, m: 34 },
    ],
    tolerance: exact,
    make: (random, { n, m }) => ({
      a: tensor("u8", [n], bytes(random, n, 3)),
      b: tensor("u8", [m], bytes(random, m, 3)),
    }),
    reference: ({ a, b }) => ({ result: scalar("i32", editDistance(a.data, b.data)) }),
  }),
];
