/**
 * `kernelc build`: compiles a kernel down to a level and writes it.
 *
 * Invariant: a file is written only when all of it is there.
 */
import { printOperation, type ModuleOp } from "@strata/ir";
import { emitPattern, openKernel } from "@strata/kernel/specialize";
import type { CommandContext } from "../cli.ts";
import { parseShapes } from "../option-values.ts";
import { writeOutput } from "../output.ts";
import type { EMITS } from "../program.ts";
import { readSource } from "../source.ts";
import { buildNative, expectTargetApplies, isNative, type NativeFormat } from "./native.ts";
import { fixDims } from "./shapes.ts";

type Emit = (typeof EMITS)[number];

/** The options of `kernelc build`. */
export interface BuildOptions {
  readonly kernel?: string;
  readonly emit: Emit;
  readonly shape?: readonly string[];
  readonly out?: string;
  readonly printGeneric?: boolean;
  readonly target?: string;
  readonly cpu?: string;
}

/** Compiles a kernel of a file as the options say. */
export async function buildCommand(
  file: string,
  options: BuildOptions,
  context: CommandContext,
): Promise<void> {
  const { emit } = options;
  expectTargetApplies(options);
  const shapes = parseShapes(options.shape ?? []);
  const source = await readSource(file, context);
  const kernel = await openKernel(source, { kernel: options.kernel });
  const dims = fixDims(kernel.signature, shapes);
  const module = await emitPattern(await kernel.syntax(), kernel.name, dims);
  const generic = options.printGeneric === true;
  const content = isNative(emit)
    ? await buildNative(kernel, module, { ...options, format: emit })
    : await emitModule(module, emit, generic);
  await writeOutput(options.out, content, context);
}

/** What is written for a module of the pattern level, which is used up. */
async function emitModule(
  module: ModuleOp,
  emit: Exclude<Emit, NativeFormat>,
  generic: boolean,
): Promise<string | Uint8Array> {
  if (emit === "wasm" || emit === "wat") return emitWebAssembly(module, emit);
  if (emit === "ll") return emitLL(module);
  if (emit === "opencl" || emit === "cuda" || emit === "ptx") {
    return (await import("./gpu.ts")).emitForGpu(module, emit);
  }
  if (emit === "llvm-dialect") await lowerToDialect(module);
  else if (emit !== "pattern") {
    const { cudaTarget, lowerTo, wasmTarget } = await import("@strata/compiler");
    if (emit === "gpu") lowerTo(module, emit, cudaTarget);
    else lowerTo(module, emit, wasmTarget);
  }
  return printOperation(module, { generic });
}

async function lowerToDialect(module: ModuleOp): Promise<void> {
  const { lowerKernelToLLVM } = await import("@strata/compiler/to-llvm");
  lowerKernelToLLVM(module);
}

async function emitLL(module: ModuleOp): Promise<string> {
  const [{ emitLLVMIR }] = await Promise.all([
    import("@strata/backend-llvm"),
    lowerToDialect(module),
  ]);
  return emitLLVMIR(module);
}

async function emitWebAssembly(
  module: ModuleOp,
  emit: "wasm" | "wat",
): Promise<string | Uint8Array> {
  const [{ emitWasm }, { lowerTo, wasmTarget }] = await Promise.all([
    import("@strata/backend-wasm"),
    import("@strata/compiler"),
  ]);
  lowerTo(module, "vector", wasmTarget);
  const emitted = await emitWasm(module);
  return emit === "wasm" ? emitted.binary : emitted.text();
}
