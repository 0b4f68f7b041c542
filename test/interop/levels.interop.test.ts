/**
 * What the compiler prints at the loop, vector and gpu levels is MLIR: `mlir-opt` reads it, and what it
 * prints is read back. One process checks all example kernels.
 */
import { readFileSync } from "node:fs";
import { createContext, cudaTarget, lowerTo, wasmTarget, type Level } from "@strata/compiler";
import { parseModule, printOperation, verify } from "@strata/ir";
import { runMlirOpt, skipMlirOpt } from "@strata/testing";
import { describe, expect, it } from "vitest";
import { kernelCases } from "../kernels/cases.ts";
import { specializeCase } from "../kernels/levels.ts";

const separator = "// -----";

/** All example kernels at a level, specialized to their first sizes. */
function modulesAt(level: Level | "gpu"): string[] {
  return kernelCases.map((c) => {
    const text = readFileSync(new URL(`../kernels/${c.file}`, import.meta.url), "utf8");
    const { module } = specializeCase(text, c.kernel, c.make(3, c.sizes[0]!));
    if (level === "gpu") lowerTo(module, level, cudaTarget);
    else lowerTo(module, level, wasmTarget);
    return printOperation(module);
  });
}

describe.skipIf(skipMlirOpt)("modules of the compiler and mlir-opt", () => {
  for (const level of ["loop", "vector", "gpu"] as const) {
    it(`reads every kernel at the ${level} level`, () => {
      const texts = modulesAt(level);
      const printed = runMlirOpt(texts.join(`${separator}\n`), ["--split-input-file"]);
      const context = createContext();
      const back = printed.split(separator);
      expect(back.length).toBe(texts.length);
      for (const text of back) expect(verify(parseModule(context, text))).toEqual([]);
    });
  }
});

describe("print and parse", () => {
  for (const level of ["pattern", "loop", "vector", "gpu"] as const) {
    it(`is the identity on every kernel at the ${level} level`, () => {
      const context = createContext();
      for (const text of modulesAt(level)) {
        const module = parseModule(context, text);
        const pretty = printOperation(module);
        const generic = printOperation(module, { generic: true });
        expect(printOperation(parseModule(context, pretty))).toBe(pretty);
        expect(printOperation(parseModule(context, generic), { generic: true })).toBe(generic);
      }
    });
  }
});
