/** Every example kernel, interpreted at each level and compiled for devices, against its reference. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kernelCases } from "./cases.ts";
import { firstDifference } from "./compare.ts";
import { isLeftOut, type Place, runCase } from "./levels.ts";

const places: readonly Place[] = ["pattern", "loop", "vector", "wasm", "llvm"];

for (const place of places) {
  describe.skipIf(isLeftOut(place))(`kernels at ${place}`, () => {
    for (const c of kernelCases) {
      it(`${c.name}: ${c.kernel}`, async () => {
        const text = readFileSync(new URL(c.file, import.meta.url), "utf8");
        for (const sizes of c.sizes) {
          const args = c.make(7, sizes);
          const got = await runCase(text, c.kernel, args, place);
          const found = firstDifference(c.reference(args), got, c.tolerance);
          expect(found, `sizes ${JSON.stringify(sizes)}`).toBeUndefined();
        }
      });
    }
  });
}
