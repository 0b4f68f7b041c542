/**
 * Kernels compiled through `llvm-bindings`: the module is built in memory, written as bitcode, and
 * made code by LLVM's own library.
 *
 * Invariants: the package writes files only, so the bitcode goes through one in a folder of its own,
 * which is removed; kernels are scalar, since the package has no vectors.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, StringAttr } from "@strata/ir";
import * as llvm from "@strata/llvm";
import { lowerToEntry, symbolFor } from "../device/compile-image.ts";
import { ENTRY } from "../device/entry.ts";
import { CALL_ABI, type LLVMImage } from "../device/image.ts";
import { generateCode, type OptimizeLevel } from "../native/codegen.ts";
import type { LLVM } from "../native/library.ts";
import { hostMachine } from "../native/target.ts";
import type { LlvmBindings, ModuleHandle } from "./api.ts";
import { toLlvmBindings } from "./to-llvm-bindings.ts";

/** The bitcode of a module that was built. */
export function bitcodeOf(module: ModuleHandle, api: LlvmBindings): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "strata-bitcode-"));
  try {
    const file = join(folder, "module.bc");
    api.WriteBitcodeToFile(module, file);
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compiles the function of a module, which is lowered in place, for this machine. */
export function compileWithBindings(
  found: LLVM,
  module: unknown,
  entry: string,
  api: LlvmBindings,
  optimize: OptimizeLevel = "quick",
): LLVMImage {
  const machine = hostMachine(found);
  const { module: lowered, ...call } = lowerToEntry(module, entry, machine, { scalar: true });
  const built = toLlvmBindings(lowered, api, new api.LLVMContext());
  const symbol = symbolFor(found.version, optimize, String(CALL_ABI), built.print());
  // The name is part of the text: the module is built again under the final one.
  const own = collect(lowered, llvm.FuncOp).find((f) => f.sym_name.value === ENTRY);
  own?.setAttr("sym_name", StringAttr.get(symbol));
  const bitcode = bitcodeOf(toLlvmBindings(lowered, api, new api.LLVMContext()), api);
  const options = { machine, format: "obj", optimize, name: entry } as const;
  const { bytes } = generateCode(found, bitcode, options);
  return { binary: bytes, symbol, ...call };
}
