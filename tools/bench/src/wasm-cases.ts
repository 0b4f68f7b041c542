/** What is compared: kernels on the device `wasm` against hand-written loops, in one process. */
import { readFileSync } from "node:fs";
import { WasmDevice } from "@strata/backend-wasm";
import { analyzeKernel, emitKernel, parseKernelFile, type ArgumentType } from "@strata/frontend";
import { bindArguments, type Buffer } from "@strata/runtime";
import { SourceFile, type DType } from "@strata/support";
import { measurePair, type Pair } from "./measure.ts";
import * as rivals from "./rivals.ts";

const device = new WasmDevice();
const kernels = new URL("../../../test/kernels/", import.meta.url);

/** One line of the table. */
export interface Case {
  readonly name: string;
  /** The ratio that is aimed at. */
  readonly atLeast: number;
  readonly run: () => Promise<Pair>;
}

interface Ready {
  readonly run: () => void;
  /** The first result's elements, or a scalar in a list. */
  readonly result: () => ArrayLike<number | bigint>;
}

type Argument = Buffer | number;

/** Compiles a kernel for arguments on the device and gives what runs it into a fixed buffer. */
async function prepare(file: string, name: string, args: Record<string, Argument>): Promise<Ready> {
  const text = readFileSync(new URL(file, kernels), "utf8");
  const types = new Map<string, ArgumentType>();
  const module = parseKernelFile(new SourceFile(file, text));
  const declared = module.functions.find((f) => f.name.text === name)!;
  for (const p of declared.params) {
    const key = p.pattern.kind === "name" ? p.pattern.text : "";
    const a = args[key]!;
    if (typeof a === "object") types.set(key, { kind: "tensor", dtype: a.dtype, shape: a.shape });
  }
  const kernel = analyzeKernel(module, name, { args: types });
  const { signature } = kernel;
  const executable = await device.compile({ signature, module: emitKernel(kernel), entry: name });
  const bound = bindArguments(signature, args, device.limits);
  const out = bound.results.map((r) =>
    r.kind === "tensor" ? device.alloc(r.dtype, r.shape) : undefined,
  );
  let last = executable.run(bound, out);
  return {
    run: () => void (last = executable.run(bound, out)),
    result: () => out[0]?.view() ?? [last[0] as number],
  };
}

function tensor(dtype: DType, shape: readonly number[], f: (i: number) => number): Buffer {
  const buffer = device.alloc(dtype, shape);
  const view = buffer.view() as Float32Array;
  for (let i = 0; i < view.length; i++) view[i] = f(i);
  return buffer;
}

/** Refuses results that differ by more than the tolerance relative to the largest. */
function check(
  name: string,
  ours: ArrayLike<number | bigint>,
  rival: ArrayLike<number | bigint>,
  tolerance: number,
  outliers = 0,
): void {
  let scale = 0;
  for (let i = 0; i < rival.length; i++) scale = Math.max(scale, Math.abs(Number(rival[i])));
  let wrong = 0;
  for (let i = 0; i < rival.length; i++) {
    const off = Math.abs(Number(ours[i]) - Number(rival[i])) > tolerance * Math.max(scale, 1e-30);
    if (off && ++wrong > outliers * rival.length) {
      throw new Error(`${name}: element ${i} is ${String(ours[i])}, not ${String(rival[i])}`);
    }
  }
}

const wave = (i: number): number => Math.sin(i * 0.37) + 0.5;

export const cases: readonly Case[] = [
  {
    name: "saxpy, 4096 elements in cache",
    atLeast: 4,
    async run() {
      const [x, y] = [tensor("f32", [4096], wave), tensor("f32", [4096], (i) => wave(i + 7))];
      const ready = await prepare("elementwise/saxpy.kernel.ts", "saxpy", { a: 2.5, x, y });
      const [jx, jy] = [x.view()!.slice() as Float32Array, y.view()!.slice() as Float32Array];
      const out = new Float32Array(4096);
      const rival = (): void => rivals.saxpy(2.5, jx, jy, out);
      const pair = measurePair(ready.run, rival, 30);
      check("saxpy", ready.result(), out, 1e-6);
      return pair;
    },
  },
  {
    name: "heat 2-D, 1024 × 1024",
    atLeast: 3,
    async run() {
      const u = tensor("f32", [1024, 1024], wave);
      const ready = await prepare("stencil/heat.kernel.ts", "heatStep", { u, alpha: 0.1 });
      const ju = u.view()!.slice() as Float32Array;
      const out = new Float32Array(ju.length);
      const pair = measurePair(ready.run, () => rivals.heat(ju, 0.1, 1024, 1024, out), 30);
      check("heat", ready.result(), out, 1e-5);
      return pair;
    },
  },
  {
    name: "gaussian 5 × 5, 1024 × 1024",
    atLeast: 4,
    async run() {
      const picture = tensor("f32", [1024, 1024], wave);
      const ready = await prepare("stencil/gaussian.kernel.ts", "gaussian", { picture });
      const ju = picture.view()!.slice() as Float32Array;
      const out = new Float32Array(ju.length);
      const pair = measurePair(ready.run, () => rivals.gaussian(ju, 1024, 1024, out), 15);
      check("gaussian", ready.result(), out, 1e-5);
      return pair;
    },
  },
  {
    name: "matmul, 512 × 512",
    atLeast: 5,
    async run() {
      const [a, b] = [
        tensor("f32", [512, 512], wave),
        tensor("f32", [512, 512], (i) => wave(i * 3)),
      ];
      const ready = await prepare("dense/matmul.kernel.ts", "matmul", { a, b });
      const [ja, jb] = [a.view()!.slice() as Float32Array, b.view()!.slice() as Float32Array];
      const out = new Float32Array(ja.length);
      const pair = measurePair(ready.run, () => rivals.matmul(ja, jb, 512, out), 7);
      check("matmul", ready.result(), out, 1e-4);
      return pair;
    },
  },
  {
    name: "mandelbrot, 1024 × 1024, 200 steps",
    atLeast: 2,
    async run() {
      const size = { height: 1024, width: 1024, limit: 200 };
      const ready = await prepare("elementwise/mandelbrot.kernel.ts", "mandelbrot", size);
      const out = new Int32Array(1024 * 1024);
      const pair = measurePair(ready.run, () => rivals.mandelbrot(1024, 1024, 200, out), 3);
      // The loops of the rival run in f64: points at the edge of the set escape elsewhen.
      check("mandelbrot", ready.result(), out, 0.005, 0.02);
      return pair;
    },
  },
  {
    name: "sum of 2²⁴ elements",
    atLeast: 2,
    async run() {
      const x = tensor("f32", [1 << 24], wave);
      const ready = await prepare("reduction/sum.kernel.ts", "total", { x });
      const jx = x.view()!.slice() as Float32Array;
      let s = 0;
      const pair = measurePair(ready.run, () => void (s = rivals.sum(jx)), 10);
      check("sum", ready.result(), [s], 1e-3);
      x.release();
      return pair;
    },
  },
];
