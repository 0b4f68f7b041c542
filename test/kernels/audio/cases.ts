import { defineCase, doubles, floats, type KernelCase, scalar, tensor } from "../case.ts";
import { autocorrelation } from "./autocorrelation.reference.ts";
import { energy } from "./energy.reference.ts";
import { fir } from "./fir.reference.ts";
import { fft } from "./fft.reference.ts";
import { melBands } from "./mel.reference.ts";

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
  defineCase("audio/fft", {
    kernel: "fft",
    sizes: [{ stages: 0 }, { stages: 1 }, { stages: 3 }, { stages: 7 }],
    tolerance: { abs: 1e-11, rel: 1e-11 },
    make: (random, { stages }) => ({
      re: tensor("f64", [2 ** stages], doubles(random, 2 ** stages)),
      im: tensor("f64", [2 ** stages], doubles(random, 2 ** stages)),
      stages: scalar("i32", stages),
    }),
    reference: ({ re, im }) => {
      const out = fft(re.data, im.data);
      return {
        real: tensor("f64", re.shape, out.re),
        imaginary: tensor("f64", re.shape, out.im),
      };
    },
  }),
  defineCase("audio/mel", {
    kernel: "melBands",
    sizes: [
      { t: 0, b: 1, k: 1 },
      { t: 1, b: 4, k: 3 },
      { t: 7, b: 65, k: 20 },
    ],
    tolerance: { abs: 1e-11, rel: 1e-11 },
    make: (random, { t, b, k }) => ({
      power: tensor("f64", [t, b], doubles(random, t * b, 0, 1)),
      floor: tensor("f64", [k], doubles(random, k, 0.5, 1)),
      top: scalar("f64", 8000),
    }),
    reference: ({ power, floor, top }) => {
      const [t = 0, b = 0] = power.shape;
      const bands = melBands(power.data, floor.data, top.value, [t, b]);
      return { result: tensor("f64", [t, floor.data.length], bands) };
    },
  }),
];
