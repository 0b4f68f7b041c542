/**
 * Kernels built through `llvm-bindings` compute what the interpreter does: random kernel programs,
 * compared bit for bit; exponentials stand back for absolute values, as in `llvm.test.ts`.
 *
 * The package is looked for where STRATA_LLVM_BINDINGS says, else where `npm test` builds it.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { compileWithBindings, type LlvmBindings } from "@strata/backend-llvm/bindings";
import { LLVMDevice } from "@strata/backend-llvm/device";
import { expectLLVM } from "@strata/backend-llvm/native";
import { bindArguments } from "@strata/runtime";
import { DiagnosticError } from "@strata/support";
import { programPlan } from "@strata/testing/kernel-programs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Values } from "../kernels/case.ts";
import { firstDifference } from "../kernels/compare.ts";
import { exactProgramOf } from "../kernels/exact-programs.ts";
import { isLeftOut, runCase, specializeCase } from "../kernels/levels.ts";
import { seedOf } from "./runs.ts";

const root = join(import.meta.dirname, "../..");
const folder = process.env["STRATA_LLVM_BINDINGS"] ?? join(root, ".cache/llvm-bindings");
const manifest = join(folder, "node_modules/llvm-bindings/package.json");
const isBuilt = existsSync(join(manifest, "../build/Release/llvm-bindings.node"));
const skip = isLeftOut("llvm") || (!isBuilt && process.env["CI"] === undefined);

const exact = { abs: 0, rel: 0 };

describe.skipIf(skip)("llvm-bindings", () => {
  let api: LlvmBindings;
  let device: LLVMDevice;
  beforeAll(() => {
    api = createRequire(manifest)("llvm-bindings") as LlvmBindings;
    device = new LLVMDevice(expectLLVM(), 1);
  });
  afterAll(() => device.close());

  async function run(text: string, args: Values): Promise<Values> {
    const { module, signature } = specializeCase(text, "program", args);
    const image = compileWithBindings(device.llvm, module, signature.name, api);
    const executable = await device.load(signature, image);
    const given = Object.fromEntries(
      Object.entries(args).map(([name, v]) => [name, "data" in v ? v : v.value]),
    );
    const bound = bindArguments(signature, given, device.limits);
    const results = executable.run(bound).map((value, k) => {
      const { name, type } = signature.results[k]!;
      const presented =
        typeof value === "object"
          ? value.readSync()
          : { dtype: type.dtype, value: type.dtype === "bool" ? value !== 0 : value };
      return [name ?? "result", presented] as const;
    });
    executable.release();
    return Object.fromEntries(results) as Values;
  }

  it("builds what the interpreter computes", async () => {
    await fc.assert(
      fc.asyncProperty(programPlan, async (plan) => {
        const { text, args } = exactProgramOf(plan);
        // Refused; see the test below.
        fc.pre(!text.includes("bf16"));
        const expected = await runCase(text, "program", args, "unfused");
        const found = firstDifference(expected, await run(text, args), exact);
        if (found !== undefined) throw new Error(`${found}\n${text}`);
      }),
      { numRuns: 60, endOnFailure: true, seed: seedOf("bindings") },
    );
  }, 300_000);

  it("refuses vectors with a diagnostic", async () => {
    const [{ toLlvmBindings }, { lowerKernelToLLVM }] = await Promise.all([
      import("@strata/backend-llvm/bindings"),
      import("@strata/compiler/to-llvm"),
    ]);
    const text = `export function program<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> {
      return map(x, (v) => 2 * v); }`;
    const x = { dtype: "f32", shape: [64], data: new Float32Array(64) } as const;
    const { module } = specializeCase(text, "program", { x });
    lowerKernelToLLVM(module);
    expect(() => toLlvmBindings(module, api, new api.LLVMContext())).toThrow(DiagnosticError);
  });

  it("refuses bf16 with a diagnostic", async () => {
    const text = `export function program<n extends Dim>(x: Tensor<bf16, [n]>): Tensor<bf16, [n]> {
      return map(x, (v) => v + v); }`;
    const x = { dtype: "bf16", shape: [2], data: new Uint16Array(2) } as const;
    await expect(run(text, { x })).rejects.toThrow("bf16 has no operations in LLVM 14");
  });
});
