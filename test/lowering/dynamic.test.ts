/**
 * Random kernel programs whose extents are known only when they run: lowered with dynamic shapes,
 * they give what the program with fixed shapes gives.
 */
import { WasmDevice } from "@strata/backend-wasm";
import { lowerTo, wasmTarget } from "@strata/compiler";
import { analyzeKernel, emitKernel, parseKernelFile } from "@strata/frontend";
import { expectVerified, type ModuleOp } from "@strata/ir";
import type { KernelSignature } from "@strata/support";
import { SourceFile } from "@strata/support";
import { type KernelProgram, programOf, programPlan } from "@strata/testing/kernel-programs";
import fc from "fast-check";
import { describe, it } from "vitest";
import { firstDifference } from "../kernels/compare.ts";
import { interpretModule, runCase, runOnDevice } from "../kernels/levels.ts";
import { kernelProgramRuns, seedOf } from "./runs.ts";

const device = new WasmDevice();

/** A program at the pattern level, with no extent fixed. */
function emitDynamic({ text }: KernelProgram): { module: ModuleOp; signature: KernelSignature } {
  const syntax = parseKernelFile(new SourceFile("program.kernel.ts", text));
  const kernel = analyzeKernel(syntax, "program");
  const module = emitKernel(kernel);
  expectVerified(module);
  return { module, signature: kernel.signature };
}

async function agrees(place: "loop" | "vector" | "wasm"): Promise<void> {
  await fc.assert(
    fc.asyncProperty(programPlan, async (plan) => {
      const program = programOf(plan);
      const { module, signature } = emitDynamic(program);
      const expected = await runCase(program.text, "program", program.args, "unfused");
      if (place !== "wasm") lowerTo(module, place, wasmTarget);
      const actual =
        place === "wasm"
          ? await runOnDevice(device, module, signature, program.args)
          : interpretModule(module, signature, program.args);
      const found = firstDifference(expected, actual, { abs: 0, rel: 0 });
      if (found !== undefined) throw new Error(`${found}\n${program.text}`);
    }),
    { numRuns: Math.ceil(kernelProgramRuns / 3), seed: seedOf(place) },
  );
}

describe("random kernel programs of dynamic shape", () => {
  it("mean the same as loops", () => agrees("loop"), 300_000);
  it("mean the same as vectors", () => agrees("vector"), 300_000);
  it("mean the same as WebAssembly", () => agrees("wasm"), 300_000);
});
