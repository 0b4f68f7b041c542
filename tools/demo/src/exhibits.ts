/** What the demo shows: a kernel, a picture and the arguments, with the same call as plain TypeScript. */
import type { f32, Tensor } from "@strata/kernel";
import { blur } from "../kernels/blur.kernel.ts";
import { heat } from "../kernels/heat.kernel.ts";
import { sharpen } from "../kernels/sharpen.kernel.ts";
import { readColour, readGrey } from "./pictures.ts";

/** One row of the demo; file names are relative to the repository's root. */
export interface Exhibit {
  readonly title: string;
  readonly file: string;
  readonly picture: string;
  readonly output: string;
  /** Arguments besides the picture, as `kernelc` takes them. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Reads the picture and returns the kernel's call on it, as plain TypeScript. */
  readonly prepare: (path: string) => () => Tensor<f32>;
}

const STEPS = 25;
const ALPHA = 0.2;
const AMOUNT = 3;

export const EXHIBITS: readonly Exhibit[] = [
  {
    title: "Gaussian blur, 5 × 5",
    file: "tools/demo/kernels/blur.kernel.ts",
    picture: "docs/pictures/astronaut.png",
    output: "demo-output/astronaut-blur.png",
    scalars: {},
    prepare: (path) => {
      const picture = readColour(path);
      return () => blur(picture);
    },
  },
  {
    title: `heat, ${STEPS} steps`,
    file: "tools/demo/kernels/heat.kernel.ts",
    picture: "docs/pictures/moon.png",
    output: "demo-output/moon-heat.png",
    scalars: { alpha: ALPHA, steps: STEPS },
    prepare: (path) => {
      const picture = readGrey(path);
      return () => heat(picture, ALPHA, STEPS);
    },
  },
  {
    title: "sharpen",
    file: "tools/demo/kernels/sharpen.kernel.ts",
    picture: "docs/pictures/coffee.png",
    output: "demo-output/coffee-sharpen.png",
    scalars: { amount: AMOUNT },
    prepare: (path) => {
      const picture = readColour(path);
      return () => sharpen(picture, AMOUNT);
    },
  },
];
