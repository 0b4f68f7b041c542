/** Every example kernel as CUDA C++, compiled to machine code for sm_90: that needs no GPU. */
import { readFileSync } from "node:fs";
import { compileCuda, emitCuda, expectNvrtc } from "@strata/backend-cuda";
import { cudaTarget } from "@strata/compiler";
import { skipNvrtc } from "@strata/testing/nvrtc-tools";
import { describe, expect, it } from "vitest";
import { kernelCases } from "./cases.ts";
import { specializeCase } from "./levels.ts";

describe.skipIf(skipNvrtc)("kernels as CUDA C++", () => {
  for (const c of kernelCases) {
    it(`${c.name} compiles for sm_90`, async () => {
      const text = readFileSync(new URL(c.file, import.meta.url), "utf8");
      const { module, signature } = specializeCase(text, c.kernel, c.make(7, c.sizes[0]!));
      const { program, image } = await emitCuda(module, signature.name, cudaTarget);
      const code = compileCuda(expectNvrtc(), program!.source, {
        architecture: "sm_90",
        name: c.kernel,
        to: "cubin",
      });
      // An ELF file that names each kernel.
      expect([...code.subarray(0, 4)]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
      const names = Buffer.from(code).toString("latin1");
      for (const kernel of image.kernels) expect(names).toContain(kernel.name);
    });
  }
});
