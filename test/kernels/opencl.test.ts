/** Example kernels on the device `opencl`: on the processor through PoCL, and simulated by Oclgrind. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openClProvider } from "@strata/backend-opencl/provider";
import type { Device } from "@strata/runtime";
import { runUnderOclgrind, skipOclgrind, skipPocl } from "@strata/testing/opencl-tools";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kernelCases } from "./cases.ts";
import { firstDifference } from "./compare.ts";
import { runCaseOn } from "./device.ts";

describe.skipIf(skipPocl)("kernels on opencl", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openClProvider.open(0);
  });
  afterAll(() => device.close());

  for (const c of kernelCases) {
    it(
      c.name,
      async () => {
        const text = readFileSync(new URL(c.file, import.meta.url), "utf8");
        const sizes = c.sizes[0]!;
        const args = c.make(7, sizes);
        const got = await runCaseOn(device, text, c.kernel, args);
        expect(firstDifference(c.reference(args), got, c.tolerance)).toBeUndefined();
      },
      180_000,
    );
  }

  it("leave no memory behind", () => {
    expect(device.describe().properties["usedBytes"]).toBe(0);
  });
});

/** One of each way that kernels share memory: reductions, scans, tiles, histograms, borders. */
const shared = [
  "reduction/norm",
  "reduction/row-argmax",
  "reduction/mean-variance",
  "scan/prefix-sum",
  "scan/compact",
  "histogram/bytes",
  "histogram/orientation",
  "stencil/jacobi",
  "stencil/gaussian",
  "stencil/median",
  "dense/matmul",
  "dense/gemv",
  "sparse/spmv",
  "learning/k-means",
];

describe.skipIf(skipOclgrind)("kernels under oclgrind", () => {
  it.each(shared)(
    "%s has no races and stays inside of buffers, at every size",
    (name) => {
      const suite = join(import.meta.dirname, "../gpu/device-suite.ts");
      const { status, output, findings } = runUnderOclgrind(suite, ["opencl", "--only", name]);
      expect(findings).toBe("");
      expect(output).toMatch(/opencl: passed/);
      expect(status).toBe(0);
    },
    180_000,
  );
});
