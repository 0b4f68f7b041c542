/** What is compared: kernels on the device `llvm` against C by gcc, in turns in one process. */
import { readFileSync } from "node:fs";
import { LLVMBuffer, LLVMDevice } from "@strata/backend-llvm/device";
import { expectLLVM } from "@strata/backend-llvm/native";
import { analyzeKernel, emitKernel, parseKernelFile, type ArgumentType } from "@strata/frontend";
import { bindArguments, type RunResult } from "@strata/runtime";
import { SourceFile, type DType } from "@strata/support";
import { measurePair, type Pair } from "../measure.ts";
import type { Rivals, tryLoadBlas } from "./compile-rivals.ts";

type Blas = NonNullable<ReturnType<typeof tryLoadBlas>>;
type Argument = LLVMBuffer | number;

/** One line of the table. */
export interface NativeCase {
  readonly name: string;
  /** The ratio that is aimed at. */
  readonly atLeast: number;
  readonly run: () => Promise<Pair>;
}

const kernels = new URL("../../../../test/kernels/", import.meta.url);
const wave = (i: number): number => Math.sin(i * 0.37) + 0.5;

/** Makes arguments and runs kernels on one device. */
class Bench {
  readonly device: LLVMDevice = new LLVMDevice(expectLLVM());
  readonly #buffers: LLVMBuffer[] = [];

  tensor(shape: readonly number[], f: (i: number) => number, dtype: DType = "f32"): LLVMBuffer {
    const buffer = this.device.alloc(dtype, shape);
    const view = buffer.view() as Float32Array;
    for (let i = 0; i < view.length; i++) view[i] = f(i);
    this.#buffers.push(buffer);
    return buffer;
  }

  /** Times a kernel against `rival`, whose results lie in `outs`, and compares them. */
  async compare(
    file: string,
    name: string,
    args: Readonly<Record<string, Argument>>,
    rival: { readonly run: () => number | void; readonly outs: readonly LLVMBuffer[] },
    check: { readonly tolerance: number; readonly outliers?: number; readonly rounds?: number },
  ): Promise<Pair> {
    const text = readFileSync(new URL(file, kernels), "utf8");
    const types = new Map<string, ArgumentType>();
    for (const [key, a] of Object.entries(args)) {
      if (typeof a === "object") types.set(key, { kind: "tensor", dtype: a.dtype, shape: a.shape });
    }
    const kernel = analyzeKernel(parseKernelFile(new SourceFile(file, text)), name, {
      args: types,
    });
    const { signature } = kernel;
    const request = { signature, module: emitKernel(kernel), entry: name };
    const executable = await this.device.compile({ ...request, options: { optimize: "full" } });
    const bound = bindArguments(signature, args, this.device.limits);
    const out = bound.results.map((r) =>
      r.kind === "tensor" ? this.device.alloc(r.dtype, r.shape) : undefined,
    );
    let results: RunResult[] = [];
    let scalar: number | void = undefined;
    const pair = measurePair(
      () => void (results = executable.run(bound, out)),
      () => void (scalar = rival.run()),
      check.rounds ?? 9,
    );
    const tensors = results.flatMap((r) => (r instanceof LLVMBuffer ? [r] : []));
    tensors.forEach((t, k) => same(name, t.view(), rival.outs[k]!.view(), check));
    const own = results.filter((r): r is number => typeof r === "number");
    if (own.length > 0) same(name, own, [scalar ?? NaN], check);
    for (const buffer of [...this.#buffers.splice(0), ...tensors]) buffer.release();
    executable.release();
    return pair;
  }
}

/** Refuses results that differ by more than the tolerance relative to the largest. */
function same(
  name: string,
  ours: ArrayLike<number | bigint>,
  rival: ArrayLike<number | bigint>,
  { tolerance, outliers = 0 }: { readonly tolerance: number; readonly outliers?: number },
): void {
  let scale = 1e-30;
  for (let i = 0; i < rival.length; i++) scale = Math.max(scale, Math.abs(Number(rival[i])));
  let wrong = 0;
  for (let i = 0; i < rival.length; i++) {
    if (Math.abs(Number(ours[i]) - Number(rival[i])) <= tolerance * scale) continue;
    if (++wrong > outliers * rival.length) {
      throw new Error(`${name}: element ${i} is ${String(ours[i])}, not ${String(rival[i])}`);
    }
  }
}

/** The cases against C. */
export function nativeCases(c: Rivals): NativeCase[] {
  const b = new Bench();
  const at = (t: LLVMBuffer): number => t.address;
  return [
    {
      name: "saxpy, 2²⁴ elements",
      atLeast: 1,
      async run() {
        const n = 1 << 24;
        const [x, y, r] = [b.tensor([n], wave), b.tensor([n], wave), b.tensor([n], wave)];
        const run = (): void => c.saxpy(2.5, at(x), at(y), at(r), n);
        const args = { a: 2.5, x, y };
        const rival = { run, outs: [r] };
        return b.compare("elementwise/saxpy.kernel.ts", "saxpy", args, rival, { tolerance: 1e-6 });
      },
    },
    {
      name: "sum of squares, 2²⁴ elements",
      atLeast: 1,
      async run() {
        const n = 1 << 24;
        const a = b.tensor([n], wave);
        const rival = { run: () => c.squares(at(a), n), outs: [] };
        const args = { a, b: a };
        return b.compare("reduction/norm.kernel.ts", "inner", args, rival, { tolerance: 1e-3 });
      },
    },
    {
      name: "jacobi 2-D, 4096 × 4096",
      atLeast: 1,
      async run() {
        const s = [4096, 4096];
        const [u, f, r] = [b.tensor(s, wave), b.tensor(s, wave), b.tensor(s, wave)];
        const run = (): void => c.jacobi2d(at(u), at(f), at(r), 4096, 4096);
        const rival = { run, outs: [r] };
        const file = "stencil/jacobi.kernel.ts";
        return b.compare(file, "jacobi2d", { u, f }, rival, { tolerance: 1e-5 });
      },
    },
    {
      name: "heat 3-D, 256³, 4 steps",
      atLeast: 1,
      async run() {
        const s = [256, 256, 256];
        const [u, r] = [b.tensor(s, wave), b.tensor(s, wave)];
        const run = (): void => c.heat3d(at(u), 0.1, 4, at(r), 256, 256, 256);
        const args = { u, alpha: 0.1, steps: 4 };
        const check = { tolerance: 1e-4, rounds: 5 };
        return b.compare("stencil/heat3d.kernel.ts", "heat3d", args, { run, outs: [r] }, check);
      },
    },
    {
      name: "gaussian 5 × 5, 4096 × 4096",
      atLeast: 1,
      async run() {
        const s = [4096, 4096];
        const [picture, r] = [b.tensor(s, wave), b.tensor(s, wave)];
        const run = (): void => c.gaussian(at(picture), at(r), 4096, 4096);
        const rival = { run, outs: [r] };
        const file = "stencil/gaussian.kernel.ts";
        return b.compare(file, "gaussian", { picture }, rival, { tolerance: 1e-5 });
      },
    },
    {
      name: "softmax, 8192 × 1024",
      atLeast: 1,
      async run() {
        const s = [8192, 1024];
        const [x, r] = [b.tensor(s, wave), b.tensor(s, wave)];
        const run = (): void => c.softmax(at(x), at(r), 8192, 1024);
        const rival = { run, outs: [r] };
        return b.compare("reduction/softmax.kernel.ts", "softmax", { x }, rival, {
          tolerance: 1e-4,
        });
      },
    },
    {
      name: "Black–Scholes, 2²² options",
      atLeast: 1,
      async run() {
        const n = 1 << 22;
        const some = (low: number, high: number) => (i: number) =>
          low + ((high - low) * ((i * 7919) % 1009)) / 1009;
        const spot = b.tensor([n], some(10, 50));
        const strike = b.tensor([n], some(12, 45));
        const years = b.tensor([n], some(0.25, 3));
        const [call, put] = [b.tensor([n], wave), b.tensor([n], wave)];
        const args = { spot, strike, years, rate: 0.02, volatility: 0.3 };
        const [s, k, t] = [at(spot), at(strike), at(years)];
        const run = (): void => c.blackScholes(s, k, t, 0.02, 0.3, at(call), at(put), n);
        const rival = { run, outs: [call, put] };
        const file = "elementwise/black-scholes.kernel.ts";
        return b.compare(file, "blackScholes", args, rival, { tolerance: 1e-4, rounds: 5 });
      },
    },
    {
      name: "mandelbrot, 2048 × 2048, 200 steps",
      // Plain C does not vectorize it.
      atLeast: 4,
      async run() {
        const r = b.tensor([2048, 2048], () => 0, "i32");
        const args = { height: 2048, width: 2048, limit: 200 };
        const run = (): void => c.mandelbrot(2048, 2048, 200, at(r));
        const file = "elementwise/mandelbrot.kernel.ts";
        // Points at the edge of the set escape elsewhen where sums are contracted.
        const check = { tolerance: 0.005, outliers: 0.02, rounds: 3 };
        return b.compare(file, "mandelbrot", args, { run, outs: [r] }, check);
      },
    },
    {
      name: "Horn–Schunck, 640 × 480, 100 steps",
      atLeast: 1,
      async run() {
        const s = [480, 640];
        const [first, second] = [b.tensor(s, wave), b.tensor(s, (i) => wave(i + 1))];
        const [u, v] = [b.tensor(s, wave), b.tensor(s, wave)];
        const args = { first, second, smoothness: 1, steps: 100 };
        const [f, g] = [at(first), at(second)];
        const run = (): void => c.hornSchunck(f, g, 1, 100, at(u), at(v), 480, 640);
        const check = { tolerance: 1e-3, rounds: 5 };
        const file = "vision/horn-schunck.kernel.ts";
        return b.compare(file, "hornSchunck", args, { run, outs: [u, v] }, check);
      },
    },
    {
      name: "Gaussian mixture, E step, 2¹⁶ × 16 × 8",
      atLeast: 1,
      async run() {
        const [n, k, d] = [1 << 16, 16, 8];
        const points = b.tensor([n, d], wave, "f64");
        const weight = b.tensor([k], () => 1 / k, "f64");
        const center = b.tensor([k, d], (i) => Math.cos(i), "f64");
        const variance = b.tensor([k, d], (i) => 0.5 + (i % 7) / 7, "f64");
        const r = b.tensor([n, k], () => 0, "f64");
        const args = { points, weight, center, variance };
        const [x, w, m, v] = [at(points), at(weight), at(center), at(variance)];
        const run = (): number => c.expectation(x, w, m, v, at(r), n, k, d);
        const check = { tolerance: 1e-6, rounds: 5 };
        const file = "learning/gaussian-mixture.kernel.ts";
        return b.compare(file, "expectation", args, { run, outs: [r] }, check);
      },
    },
  ];
}

/** Row-major, not transposed: `CblasRowMajor`, `CblasNoTrans`. */
const [ROW_MAJOR, AS_IS] = [101, 111];

/** The cases against OpenBLAS. */
export function blasCases({ sgemm }: Blas): NativeCase[] {
  const b = new Bench();
  return [1024, 2048].map((n) => ({
    name: `matmul, ${n} × ${n}, against OpenBLAS`,
    atLeast: 0.7,
    async run() {
      const [x, y] = [b.tensor([n, n], wave), b.tensor([n, n], (i) => wave(i * 3))];
      const r = b.tensor([n, n], () => 0);
      const [p, q, o] = [x.address, y.address, r.address];
      const run = (): void => sgemm(ROW_MAJOR, AS_IS, AS_IS, n, n, n, 1, p, n, q, n, 0, o, n);
      const check = { tolerance: 1e-4, rounds: 3 };
      const rival = { run, outs: [r] };
      return b.compare("dense/matmul.kernel.ts", "matmul", { a: x, b: y }, rival, check);
    },
  }));
}
