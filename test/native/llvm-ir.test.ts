/**
 * Every example kernel has a form in the LLVM dialect, which upstream reads and translates, and in
 * LLVM IR, which LLVM's verifier accepts.
 */
import { emitLLVMIR } from "@strata/backend-llvm";
import { createContext } from "@strata/compiler";
import { parseModule, printOperation, verify } from "@strata/ir";
import { runLLVMTool, runMlirOpt, skipMlirOpt, skipWithout } from "@strata/testing";
import { describe, expect, it } from "vitest";
import { kernelCases } from "../kernels/cases.ts";
import { loweredCase } from "./kernels.ts";

const separator = "// -----";
const lowered = kernelCases.map((c) => ({
  name: `${c.name}: ${c.kernel}`,
  module: loweredCase(c),
}));

describe.skipIf(skipWithout("OPT"))("LLVM IR and opt", () => {
  it.each(lowered)("$name", ({ module }) => {
    runLLVMTool("OPT", emitLLVMIR(module), ["-passes=verify", "-disable-output"]);
  });
});

describe.skipIf(skipMlirOpt)("the LLVM dialect and mlir-opt", () => {
  it("reads every kernel, and what it prints is read back", () => {
    const text = lowered.map(({ module }) => printOperation(module)).join(`${separator}\n`);
    const printed = runMlirOpt(text, ["--split-input-file"]).split(separator);
    expect(printed.length).toBe(lowered.length);
    const context = createContext();
    for (const one of printed) expect(verify(parseModule(context, one))).toEqual([]);
  });
});

describe.skipIf(skipWithout("MLIR_TRANSLATE"))("the LLVM dialect and mlir-translate", () => {
  it("translates every kernel", () => {
    const text = lowered.map(({ module }) => printOperation(module)).join(`${separator}\n`);
    const ir = runLLVMTool("MLIR_TRANSLATE", text, ["--mlir-to-llvmir", "--split-input-file"]);
    expect(ir.match(/^; ModuleID/gmu)?.length).toBe(lowered.length);
  });
});
