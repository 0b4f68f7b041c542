/**
 * Every example kernel has a form in the LLVM dialect, which upstream reads and translates, and in
 * LLVM IR, which LLVM's verifier accepts; dealt out to threads as well.
 */
import { emitLLVMIR } from "@strata/backend-llvm";
import { createContext } from "@strata/compiler";
import { type ModuleOp, parseModule, printOperation, verify } from "@strata/ir";
import { runLLVMTool, runMlirOpt, skipMlirOpt, skipWithout } from "@strata/testing";
import { describe, expect, it } from "vitest";
import { kernelCases } from "../kernels/cases.ts";
import { loweredCase, type NativeLevel } from "./kernels.ts";

const separator = "// -----";

function modulesAt(level: NativeLevel): ModuleOp[] {
  return kernelCases.map((c) => loweredCase(c, level));
}

const join = (modules: readonly ModuleOp[]): string =>
  modules.map((m) => printOperation(m)).join(`${separator}\n`);

describe.each(["llvm", "openmp-llvm"] as const)("%s", (level) => {
  const modules = modulesAt(level);

  it.skipIf(skipWithout("OPT"))(
    "passes LLVM's verifier",
    () => {
      modules.forEach((module) => {
        runLLVMTool("OPT", emitLLVMIR(module), ["-passes=verify", "-disable-output"]);
      });
    },
    60_000,
  );

  it.skipIf(skipMlirOpt)(
    "is read by mlir-opt, and what that prints is read back",
    () => {
      const printed = runMlirOpt(join(modules), ["--split-input-file"]).split(separator);
      expect(printed.length).toBe(modules.length);
      const context = createContext();
      for (const one of printed) expect(verify(parseModule(context, one))).toEqual([]);
    },
    60_000,
  );

  it.skipIf(skipWithout("MLIR_TRANSLATE"))(
    "is translated by mlir-translate",
    () => {
      // Upstream has these operations and forgets to translate them.
      const able = modules.filter((m) => !/llvm\.intr\.fpto[su]i\.sat/u.test(printOperation(m)));
      expect(able.length).toBeGreaterThan(0.9 * modules.length);
      const flags = ["--mlir-to-llvmir", "--split-input-file"];
      const ir = runLLVMTool("MLIR_TRANSLATE", join(able), flags);
      expect(ir.match(/^; ModuleID/gmu)?.length).toBe(able.length);
    },
    60_000,
  );
});

it.skipIf(skipMlirOpt)(
  "loops dealt out to threads are read by mlir-opt",
  () => {
    const modules = modulesAt("openmp");
    const printed = runMlirOpt(join(modules), ["--split-input-file"]).split(separator);
    expect(printed.length).toBe(modules.length);
    const context = createContext();
    for (const one of printed) expect(verify(parseModule(context, one))).toEqual([]);
  },
  60_000,
);
