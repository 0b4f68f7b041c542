/**
 * What a launch costs the program, and how soon a kernel is there: cold compile, warm load.
 *
 * node tools/bench/src/gpu/overhead.ts DEVICE
 */
import { cudaProvider } from "@strata/backend-cuda/provider";
import { openClProvider } from "@strata/backend-opencl/provider";
import { analyzeKernel, emitKernel, parseKernelFile } from "@strata/frontend";
import { bindArguments, DeviceRegistry, isBuffer } from "@strata/runtime";
import { SourceFile } from "@strata/support";

const text = `
import { zip, type Tensor, type Dim, type f32 } from "@strata/kernel";
export function saxpy<n extends Dim>(a: f32, x: Tensor<f32, [n]>, y: Tensor<f32, [n]>): Tensor<f32, [n]> {
  return zip(x, y, (p, q) => a * p + q);
}
`;

const registry = new DeviceRegistry();
registry.register(cudaProvider);
registry.register(openClProvider);
const opened = performance.now();
const device = await registry.open(process.argv[2] ?? "cuda");
console.log(`open ${device.name}: ${(performance.now() - opened).toFixed(1)} ms`);

for (let round = 0; round < 2; round++) {
  const start = performance.now();
  const syntax = parseKernelFile(new SourceFile("saxpy.kernel.ts", text));
  const kernel = analyzeKernel(syntax, "saxpy", { dims: new Map([["n", 1024 + round]]) });
  const module = emitKernel(kernel);
  const front = performance.now();
  const executable = await device.compile({ signature: kernel.signature, module, entry: "saxpy" });
  const compiled = performance.now();
  console.log(
    `compile ${round}: front end ${(front - start).toFixed(1)} ms, device ${(compiled - front).toFixed(1)} ms`,
  );
  const n = 1024 + round;
  const x = device.alloc("f32", [n]);
  const y = device.alloc("f32", [n]);
  const out = device.alloc("f32", [n]);
  x.write(new Float32Array(n).fill(1));
  y.write(new Float32Array(n).fill(2));
  const bound = bindArguments(kernel.signature, { a: 3, x, y }, device.limits);
  for (const count of [100, 1000, 10_000]) {
    out.readSync();
    const begin = performance.now();
    for (let k = 0; k < count; k++) executable.run(bound, [out]);
    const given = performance.now();
    out.readSync();
    const done = performance.now();
    const micro = (ms: number): string => `${((ms / count) * 1000).toFixed(2)} µs`;
    console.log(
      `${count} launches: ${micro(given - begin)} to give one, ${micro(done - begin)} with the wait`,
    );
  }
  const begin = performance.now();
  for (let k = 0; k < 10_000; k++)
    for (const r of executable.run(bound)) if (isBuffer(r)) r.release();
  console.log(`with new results: ${((performance.now() - begin) / 10).toFixed(2)} µs a launch`);
  const { data } = out.readSync();
  if (data.some((v) => v !== 5)) throw new Error("wrong results");
  for (const b of [x, y, out]) b.release();
}
console.log(`in use at the end: ${String(device.describe().properties["usedBytes"])} bytes`);
device.close();
