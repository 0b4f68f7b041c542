/** What compiling, loading and calling native code costs, LLVM being loaded. */
import { readFileSync } from "node:fs";
import { LLVMDevice } from "@strata/backend-llvm/device";
import { expectLLVM, Jit } from "@strata/backend-llvm/native";
import { analyzeKernel, emitKernel, parseKernelFile } from "@strata/frontend";
import { bindArguments } from "@strata/runtime";
import { functionAt } from "@strata/runtime/native";
import { SourceFile } from "@strata/support";
import { median, timed } from "../measure.ts";

/** One cost in milliseconds, and the most that it may be. */
export interface Cost {
  readonly what: string;
  readonly ms: number;
  readonly atMost: number;
}

const kernels = new URL("../../../../test/kernels/", import.meta.url);

/** Milliseconds from a kernel's text to a callable one, and from its object to one. */
async function compileCosts(
  device: LLVMDevice,
  file: string,
  name: string,
  dims: Readonly<Record<string, number>>,
): Promise<{ readonly cold: number; readonly kept: number }> {
  const text = readFileSync(new URL(file, kernels), "utf8");
  const [cold, kept]: [number[], number[]] = [[], []];
  for (let round = 0; round < 9; round++) {
    const start = performance.now();
    const module = parseKernelFile(new SourceFile(file, text));
    // Other extents each time: nothing that was compiled before is met again.
    const extents = Object.entries(dims).map(([d, n]) => [d, n + round] as const);
    const kernel = analyzeKernel(module, name, { dims: new Map(extents) });
    const { signature } = kernel;
    const request = { signature, module: emitKernel(kernel), entry: name };
    const executable = await device.compile(request);
    cold.push(performance.now() - start);
    const { image } = executable;
    executable.release();
    const again = performance.now();
    const loaded = await device.load(signature, image);
    kept.push(performance.now() - again);
    loaded.release();
  }
  return { cold: median(cold), kept: median(kept) };
}

const CALL = `import { build, type Dim, type f32, type Tensor } from "@strata/kernel";
export function call<n extends Dim>(a: f32, b: f32, x: Tensor<f32, [n]>, y: Tensor<f32, [n]>): Tensor<f32, [n]> {
  return build([x.shape[0]], (i) => a * x.at(i) + b * y.at(i));
}`;

/** Milliseconds of a call with 3 tensors and 2 scalars, over those of a bare native call. */
async function callCost(device: LLVMDevice): Promise<number> {
  const parsed = parseKernelFile(new SourceFile("call.kernel.ts", CALL));
  const kernel = analyzeKernel(parsed, "call", { dims: new Map([["n", 1]]) });
  const { signature } = kernel;
  const request = { signature, module: emitKernel(kernel), entry: "call" };
  const executable = await device.compile(request);
  const [x, y] = [new Float32Array(1), new Float32Array(1)];
  const bound = bindArguments(signature, { a: 1, b: 2, x, y }, device.limits);
  const out = [device.alloc("f32", [1])];
  const jit = new Jit(device.llvm);
  const bare = functionAt(jit.find("labs"), ["void", ["void *"]]);
  const calls = 20_000;
  const times = Array.from({ length: 15 }, () => {
    const own = timed(() => void executable.run(bound, out), calls);
    return own - timed(() => bare(4096), calls);
  });
  executable.release();
  jit.close();
  return median(times.slice(3));
}

/** Everything that is measured. */
export async function nativeCosts(): Promise<readonly Cost[]> {
  const device = new LLVMDevice(expectLLVM());
  const saxpy = await compileCosts(device, "elementwise/saxpy.kernel.ts", "saxpy", { n: 65536 });
  const heat = await compileCosts(device, "stencil/heat.kernel.ts", "heatStep", { n: 512, m: 512 });
  const costs = [
    { what: "cold compile, saxpy", ms: saxpy.cold, atMost: 25 },
    { what: "cold compile, 5-point stencil", ms: heat.cold, atMost: 50 },
    { what: "from the object, 5-point stencil", ms: heat.kept, atMost: 3 },
    { what: "call over a bare call, 3 + 2 arguments", ms: await callCost(device), atMost: 0.001 },
  ];
  device.close();
  return costs;
}
