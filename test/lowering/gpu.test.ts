/**
 * Loop → gpu keeps the meaning: random kernel programs and every example kernel, lowered for GPUs and
 * interpreted with all their threads (a data race is an error), give the results of the source.
 */
import { cudaTarget, type GpuTarget, lowerTo, openclTarget } from "@strata/compiler";
import { analyzeKernel, emitKernel, parseKernelFile } from "@strata/frontend";
import { printOperation } from "@strata/ir";
import { SourceFile } from "@strata/support";
import { programOf, programPlan } from "@strata/testing/kernel-programs";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Sizes, Values } from "../kernels/case.ts";
import { kernelCases } from "../kernels/cases.ts";
import { firstDifference } from "../kernels/compare.ts";
import { interpretModule, runCase, specializeCase } from "../kernels/levels.ts";
import { kernelProgramRuns, seedOf } from "./runs.ts";

const exact = { abs: 0, rel: 0 };

/** A machine so small that a thread computes many points, as it does with large data. */
const smallTarget: GpuTarget = {
  ...cudaTarget,
  processors: 1,
  maxThreadsPerProcessor: 1,
  cacheBytes: 1,
};

function runOnGpu(text: string, kernel: string, args: Values, target: GpuTarget): Values {
  const { module, signature } = specializeCase(text, kernel, args);
  lowerTo(module, "gpu", target);
  return interpretModule(module, signature, args);
}

function agrees(target: GpuTarget, numRuns: number): Promise<void> {
  return fc.assert(
    fc.asyncProperty(programPlan, async (plan) => {
      const { text, args } = programOf(plan);
      const expected = await runCase(text, "program", args, "unfused");
      const found = firstDifference(expected, runOnGpu(text, "program", args, target), exact);
      if (found !== undefined) throw new Error(`${found}\n${text}`);
    }),
    { numRuns, seed: seedOf(target.name) },
  );
}

describe("random kernel programs", () => {
  const share = Math.ceil(kernelProgramRuns / 3);
  it("one point for each thread", () => agrees(cudaTarget, share), 300_000);
  it("many points for each thread", () => agrees(smallTarget, share), 300_000);
  it("without exchange of registers", () => agrees(openclTarget, share), 300_000);
});

describe("kernels", () => {
  for (const c of kernelCases) {
    it(`${c.name}: ${c.kernel}`, () => {
      const text = readFileSync(new URL(`../kernels/${c.file}`, import.meta.url), "utf8");
      for (const sizes of c.sizes) {
        const args = c.make(7, sizes);
        const got = runOnGpu(text, c.kernel, args, cudaTarget);
        const found = firstDifference(c.reference(args), got, c.tolerance);
        expect(found, `sizes ${JSON.stringify(sizes)}`).toBeUndefined();
      }
    });
  }
});

/** Stencils in three dimensions whose planes are too large for the cache. */
const marches: readonly [name: string, sizes: Sizes][] = [
  ["heat3d", { n: 21, m: 9, l: 13, steps: 1 }],
  ["heat3d", { n: 20, m: 12, l: 16, steps: 2 }],
  ["laplacian27", { n: 20, m: 12, l: 16 }],
];

describe("marches", () => {
  it.each(marches)("%s %o", (name, sizes) => {
    const c = kernelCases.find((k) => k.name.includes(name))!;
    const text = readFileSync(new URL(`../kernels/${c.file}`, import.meta.url), "utf8");
    const args = c.make(3, sizes);
    const { module, signature } = specializeCase(text, c.kernel, args);
    lowerTo(module, "gpu", smallTarget);
    expect(printOperation(module)).toMatch(/gpu\.func[^]*iter_args/);
    const got = interpretModule(module, signature, args);
    expect(firstDifference(c.reference(args), got, c.tolerance)).toBeUndefined();
  });
});

/** Kernels at sizes at which warps and blocks share a row, threads a scan, blocks a histogram. */
const larger: readonly [name: string, sizes: Sizes][] = [
  ["softmax", { n: 3, m: 256 }],
  ["softmax", { n: 3, m: 70 }],
  ["gemv:gemv", { m: 40, n: 300 }],
  ["row-argmax", { n: 9, m: 200 }],
  ["sum:margins", { n: 2000, m: 37 }],
  ["gemv:gemvTransposed", { m: 3000, n: 21 }],
  ["mixture:maximization", { n: 2000, k: 5, d: 4 }],
  ["prefix-sum", { n: 5000 }],
  ["bytes", { n: 67, m: 301 }],
  ["extremes", { n: 9001 }],
];

describe("kernels for any extents", () => {
  for (const c of kernelCases) {
    it(`${c.name}: ${c.kernel}`, () => {
      const text = readFileSync(new URL(`../kernels/${c.file}`, import.meta.url), "utf8");
      const file = new SourceFile(`${c.kernel}.kernel.ts`, text);
      const kernel = analyzeKernel(parseKernelFile(file), c.kernel);
      const module = emitKernel(kernel);
      lowerTo(module, "gpu", cudaTarget);
      for (const sizes of c.sizes.slice(-2)) {
        const args = c.make(5, sizes);
        const got = interpretModule(module, kernel.signature, args);
        const found = firstDifference(c.reference(args), got, c.tolerance);
        expect(found, `sizes ${JSON.stringify(sizes)}`).toBeUndefined();
      }
    });
  }
});

/** Contractions in tiles, with and without rests in each direction. */
const contractions: readonly [name: string, sizes: Sizes][] = [
  ["matmul:matmul", { m: 128, k: 36, n: 128 }],
  ["matmul:matmul", { m: 70, k: 43, n: 67 }],
  ["matmulNarrow", { m: 65, k: 44, n: 68 }],
  ["matmulInteger", { m: 66, k: 64, n: 64 }],
  ["batched", { b: 2, m: 64, k: 32, n: 70 }],
];

describe("contractions", () => {
  it.each(contractions)("%s %o", (name, sizes) => {
    const c = kernelCases.find((k) => `${k.name}:${k.kernel}`.includes(name))!;
    const text = readFileSync(new URL(`../kernels/${c.file}`, import.meta.url), "utf8");
    const args = c.make(3, sizes);
    const { module, signature } = specializeCase(text, c.kernel, args);
    lowerTo(module, "gpu", smallTarget);
    expect(printOperation(module)).toContain("workgroup(");
    const got = interpretModule(module, signature, args);
    expect(firstDifference(c.reference(args), got, c.tolerance)).toBeUndefined();
  });
});

describe("larger kernels", () => {
  for (const target of [cudaTarget, openclTarget]) {
    it.each(larger)(`%s %o on ${target.name}`, (name, sizes) => {
      const c = kernelCases.find((k) => k.name.includes(name))!;
      const text = readFileSync(new URL(`../kernels/${c.file}`, import.meta.url), "utf8");
      const args = c.make(3, sizes);
      const got = runOnGpu(text, c.kernel, args, target);
      expect(firstDifference(c.reference(args), got, c.tolerance)).toBeUndefined();
    });
  }
});
