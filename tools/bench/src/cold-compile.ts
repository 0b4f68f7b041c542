/**
 * Times the first compilation in a process, for `main.ts`: the text of a 5 × 5 convolution to a
 * callable kernel, with every module loaded and the engine (binaryen) warm. Prints milliseconds
 * of the first and of the second compilation as JSON.
 */
import { readFileSync } from "node:fs";
import { WasmDevice } from "@strata/backend-wasm";
import { analyzeKernel, emitKernel, parseKernelFile, type ArgumentType } from "@strata/frontend";
import { SourceFile } from "@strata/support";

const file = new URL("../../../test/kernels/stencil/gaussian.kernel.ts", import.meta.url);
const text = readFileSync(file, "utf8");
const args = new Map<string, ArgumentType>([
  ["picture", { kind: "tensor", dtype: "f32", shape: [1024, 1024] }],
]);
const device = new WasmDevice();
await device.preload();
const times: number[] = [];
for (let i = 0; i < 2; i++) {
  const start = performance.now();
  const module = parseKernelFile(new SourceFile("gaussian.kernel.ts", text));
  const kernel = analyzeKernel(module, "gaussian", { args });
  const request = { signature: kernel.signature, module: emitKernel(kernel), entry: "gaussian" };
  const executable = await device.compile(request);
  times.push(performance.now() - start);
  executable.release();
}
console.log(JSON.stringify(times));
