/**
 * Native code keeps the meaning: random kernel programs give the same results compiled by LLVM as
 * interpreted before any lowering. All programs are exact, so results are compared bit for bit (NaN
 * equals NaN, 0 equals −0); exponentials, which C's library and JavaScript's round differently, stand
 * back for absolute values.
 */
import { LLVMDevice } from "@strata/backend-llvm/device";
import { expectLLVM } from "@strata/backend-llvm/native";
import { programPlan } from "@strata/testing/kernel-programs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Values } from "../kernels/case.ts";
import { firstDifference } from "../kernels/compare.ts";
import { exactProgramOf } from "../kernels/exact-programs.ts";
import { isLeftOut, runCase, runOnDevice, specializeCase } from "../kernels/levels.ts";
import { nativeProgramRuns, seedOf } from "./runs.ts";

const exact = { abs: 0, rel: 0 };

async function agrees(run: (text: string, args: Values) => Promise<Values>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(programPlan, async (plan) => {
      const { text, args } = exactProgramOf(plan);
      const expected = await runCase(text, "program", args, "unfused");
      const found = firstDifference(expected, await run(text, args), exact);
      if (found !== undefined) throw new Error(`${found}\n${text}`);
    }),
    { numRuns: nativeProgramRuns, seed: seedOf("llvm") },
  );
}

describe.skipIf(isLeftOut("llvm"))("random kernel programs", () => {
  let device: LLVMDevice;
  beforeAll(() => void (device = new LLVMDevice(expectLLVM(), 1)));
  afterAll(() => device.close());

  const runOn = (options: Readonly<Record<string, unknown>>) => (text: string, args: Values) => {
    const { module, signature } = specializeCase(text, "program", args);
    return runOnDevice(device, module, signature, args, options);
  };

  it("LLVM computes what the interpreter does", () => agrees(runOn({})), 300_000);

  // Loops of every size are dealt out, also those that threads are not worth.
  it("and so it does on two threads", async () => {
    device.useThreads(2);
    await agrees(runOn({ parallelFrom: 0 }));
  }, 300_000);
});
