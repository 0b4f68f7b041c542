import { defineCase, doubles, floats, type KernelCase, scalar, tensor } from "../case.ts";
import { autocorrelation } from "./autocorrelation.reference.ts";
import { energy } from "./energy.reference.ts";
import { fir } from "./fir.reference.ts";

const reassociated = { abs: 2e-5, rel: 1e-5 };

export const audio: readonly KernelCase[] = [
  defineCase("audio/fir", {
    kernel: "fir",
    sizes: [
      { n: 1, taps: 1 },
      { n: 8, taps: 8 },
      { n: 301, taps: 17 },
    ],
    tolerance: reassociated,
    make: (random, { n, taps }) => ({
      signal: tensor("f32", [n], floats(random, n)),
      taps: tensor("f32", [taps], floats(random, taps)),
    }),
    reference: ({ signal, taps }) => {
      const filtered = fir(signal.data, taps.data);
      return { result: tensor("f32", [filtered.length], filtered) };
    },
  }),
  defineCase("audio/autocorrelation", {
    kernel: "autocorrelation",
    sizes: [
      { n: 0, lags: 2 },
      { n: 3, lags: 5 },
      { n: 250, lags: 33 },
    ],
    tolerance: { abs: 1e-11, rel: 1e-11 },
    make: (random, { n, lags }) => ({
      signal: tensor("f64", [n], doubles(random, n)),
      lags: scalar("i32", lags),
    }),
    reference: ({ signal, lags }) => ({
      result: tensor("f64", [lags.value], autocorrelation(signal.data, lags.value)),
    }),
  }),
  defineCase("audio/energy", {
    kernel: "energy",
    sizes: [
      { n: 4, length: 4, hop: 3 },
      { n: 9, length: 1, hop: 2 },
      { n: 400, length: 31, hop: 16 },
    ],
    tolerance: reassociated,
    make: (random, { n, length, hop }) => ({
      signal: tensor("f32", [n], floats(random, n)),
      window: tensor("f32", [length], floats(random, length, 0, 1)),
      hop: scalar("i32", hop),
    }),
    reference: ({ signal, window, hop }) => {
      const energies = energy(signal.data, window.data, hop.value);
      return { result: tensor("f32", [energies.length], energies) };
    },
  }),
];
