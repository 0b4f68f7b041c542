/** From a module of the pattern level to a kernel that can be kept. */
import { lowerTo, wasmTarget } from "@strata/compiler";
import { FuncOp } from "@strata/func";
import { MemRefType, ModuleOp } from "@strata/ir";
import type { CompileRequest } from "@strata/runtime";
import type { WasmImage } from "./device.ts";
import { emitWasm, type EmitOptions } from "./emit-module.ts";

/** Compiles the function of a module, which is lowered in place. */
export async function compileImage(
  module: unknown,
  entry: string,
  options: EmitOptions,
  vectorize?: CompileRequest["vectorize"],
): Promise<WasmImage> {
  if (!(module instanceof ModuleOp)) {
    throw new TypeError("the device `wasm` compiles modules of the pattern level");
  }
  // Verifying after each step takes as long as the steps; the tests of the levels do it.
  const schedule = vectorize === undefined ? {} : { vectorize };
  lowerTo(module, "vector", wasmTarget, { verifyEach: false, ...schedule });
  const dynamicDims = dynamicDimsOf(module, entry);
  const { binary } = await emitWasm(module, options);
  return { binary, entry, dynamicDims };
}

/** The dimensions of a kernel's tensors that are known only when it is called. */
function dynamicDimsOf(module: ModuleOp, entry: string): number[][] {
  for (const op of module.ops()) {
    if (!(op instanceof FuncOp) || op.symbolName !== entry) continue;
    return op.type.inputs.flatMap((t) =>
      t instanceof MemRefType ? [t.shape.flatMap((n, d) => (n < 0 ? [d] : []))] : [],
    );
  }
  throw new Error(`the module has no function @${entry}`);
}
