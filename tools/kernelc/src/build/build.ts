/**
 * `kernelc build`: compiles a kernel down to a level and writes it.
 *
 * Invariant: a file is written only when all of it is there.
 */
import { printOperation, type ModuleOp } from "@strata/ir";
import { emitPattern, openKernel } from "@strata/kernel/specialize";
import type { CommandContext } from "../cli.ts";
import { usageError } from "../failures.ts";
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
  readonly schedule?: string;
  readonly printSchedule?: boolean;
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
  const schedule = await scheduleOf(options, context);
  const { vectorize } = schedule;
  let content = isNative(emit)
    ? await buildNative(kernel, module, { ...options, format: emit, vectorize })
    : await emitModule(module, emit, { generic, vectorize });
  if (options.printSchedule === true) content = schedule.text() ?? "";
  await writeOutput(options.out, content, context);
}

/** Levels above the vectors, and those of GPUs: no schedule shows in them. */
const WITHOUT_SCHEDULE: ReadonlySet<Emit> = new Set([
  "pattern",
  "loop",
  "gpu",
  "opencl",
  "cuda",
  "ptx",
]);

/** A user's schedule, or one that is written down on the way. */
async function scheduleOf(
  { emit, schedule, printSchedule }: BuildOptions,
  context: CommandContext,
): Promise<{ readonly vectorize: Vectorize | undefined; readonly text: () => string | undefined }> {
  if (schedule === undefined && printSchedule !== true) {
    return { vectorize: undefined, text: () => undefined };
  }
  if (WITHOUT_SCHEDULE.has(emit)) {
    throw usageError("cli.schedule", `--emit ${emit} takes no schedule`, {
      hint: "schedules say how loops become vectors: --emit vector, wasm, ll, obj …",
    });
  }
  if (schedule !== undefined && printSchedule === true) {
    throw usageError("cli.schedule-twice", "--print-schedule prints the compiler's own schedule", {
      hint: "leave --schedule out",
    });
  }
  const { readSchedule, recordSchedule } = await import("@strata/kernel/specialize");
  if (schedule === undefined) return recordSchedule();
  const { vectorize } = await readSchedule(await readSource(schedule, context));
  return { vectorize, text: () => undefined };
}

type Vectorize = (module: unknown, target: unknown) => void;

interface EmitChoices {
  readonly generic: boolean;
  readonly vectorize: Vectorize | undefined;
}

/** What is written for a module of the pattern level, which is used up. */
async function emitModule(
  module: ModuleOp,
  emit: Exclude<Emit, NativeFormat>,
  { generic, vectorize }: EmitChoices,
): Promise<string | Uint8Array> {
  const lowering = vectorize === undefined ? {} : { vectorize };
  if (emit === "wasm" || emit === "wat") return emitWebAssembly(module, emit, lowering);
  if (emit === "ll") return emitLL(module, lowering);
  if (emit === "opencl" || emit === "cuda" || emit === "ptx") {
    return (await import("./gpu.ts")).emitForGpu(module, emit);
  }
  if (emit === "llvm-dialect") await lowerToDialect(module, lowering);
  else if (emit !== "pattern") {
    const { cudaTarget, lowerTo, wasmTarget } = await import("@strata/compiler");
    if (emit === "gpu") lowerTo(module, emit, cudaTarget);
    else lowerTo(module, emit, wasmTarget, lowering);
  }
  return printOperation(module, { generic });
}

interface Lowering {
  readonly vectorize?: Vectorize;
}

async function lowerToDialect(module: ModuleOp, lowering: Lowering): Promise<void> {
  const { lowerKernelToLLVM } = await import("@strata/compiler/to-llvm");
  lowerKernelToLLVM(module, undefined, lowering);
}

async function emitLL(module: ModuleOp, lowering: Lowering): Promise<string> {
  const [{ emitLLVMIR }] = await Promise.all([
    import("@strata/backend-llvm"),
    lowerToDialect(module, lowering),
  ]);
  return emitLLVMIR(module);
}

async function emitWebAssembly(
  module: ModuleOp,
  emit: "wasm" | "wat",
  lowering: Lowering,
): Promise<string | Uint8Array> {
  const [{ emitWasm }, { lowerTo, wasmTarget }] = await Promise.all([
    import("@strata/backend-wasm"),
    import("@strata/compiler"),
  ]);
  lowerTo(module, "vector", wasmTarget, lowering);
  const emitted = await emitWasm(module);
  return emit === "wasm" ? emitted.binary : emitted.text();
}
