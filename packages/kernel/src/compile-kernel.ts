/** From a kernel's syntax to code: front end, levels, device. */
import type { Module } from "@strata/frontend";
import type { ModuleOp, Operation } from "@strata/ir";
import type { Device, Executable } from "@strata/runtime";
import type { KernelSignature } from "@strata/support";
import { expectVectorLevel, type Schedule } from "./schedule.ts";

/** A kernel that is ready to run. */
export interface CompiledKernel {
  readonly executable: Executable;
  /** Whether the code was kept from before. */
  readonly cache: "hit" | "miss";
  /** Milliseconds from the text to this. */
  readonly compileMs: number;
  /** Which way of computing was taken: `default` is the compiler's own. */
  readonly schedule: string;
  /** Floating-point operations of one run; undefined where that depends on the values. */
  readonly flops: number | undefined;
}

/** What compiling gives, before it is known how long it took. */
export type CompiledCode = Pick<CompiledKernel, "executable" | "schedule" | "flops">;

/** The kernel at the pattern level, its named dimensions fixed as far as given. */
export async function emitPattern(
  module: Module,
  kernel: string,
  dims: ReadonlyMap<string, number>,
): Promise<ModuleOp> {
  const { analyzeKernel, emitKernel } = await import("@strata/frontend");
  return emitKernel(analyzeKernel(module, kernel, { dims }));
}

/** Compiles for a device and for extents. */
export async function compileKernel(
  syntax: Module,
  signature: KernelSignature,
  device: Device,
  dims: ReadonlyMap<string, number>,
  schedule?: Schedule,
): Promise<CompiledCode> {
  if (schedule !== undefined) expectVectorLevel(device);
  const module = await emitPattern(syntax, signature.name, dims);
  const vectorize = schedule?.vectorize;
  const executable = await device.compile({
    signature,
    module,
    entry: signature.name,
    ...(vectorize === undefined ? {} : { vectorize }),
  });
  const [{ countFlops }, { walk }] = await Promise.all([
    import("./flops.ts"),
    import("@strata/ir"),
  ]);
  // What a device's kernels compute is not in the function: its loops tell.
  const isSplit = !walk(module, (op) => (op.name === "gpu.launch_func" ? "stop" : undefined));
  const counted = isSplit ? await emitLoops(syntax, signature.name, dims) : module;
  return {
    executable,
    schedule: schedule?.id ?? "default",
    flops: countFlops(counted, signature.name),
  };
}

/** The kernel at the loop level. */
async function emitLoops(
  syntax: Module,
  kernel: string,
  dims: ReadonlyMap<string, number>,
): Promise<ModuleOp> {
  const { lowerTo, wasmTarget } = await import("@strata/compiler");
  const module = await emitPattern(syntax, kernel, dims);
  lowerTo(module, "loop", wasmTarget, { verifyEach: false });
  return module;
}

/** What the compiler decides about a kernel for a device: one line for each decision. */
export async function explainKernel(
  syntax: Module,
  signature: KernelSignature,
  device: Device,
  dims: ReadonlyMap<string, number>,
): Promise<string[]> {
  const module = await emitPattern(syntax, signature.name, dims);
  const lines = [await explainFusion(module)];
  if (device.hasVectorLevel === true) {
    lines.push(...(await explainVectors(syntax, signature, device, dims)));
  } else {
    lines.push(`kernels of ${device.kind}: \`kernelc build --emit ${device.kind}\` prints them`);
  }
  return lines;
}

/** How many patterns are left of a module that is fused here. */
async function explainFusion(module: ModuleOp): Promise<string> {
  const [{ lowerTo, wasmTarget }, { walk }] = await Promise.all([
    import("@strata/compiler"),
    import("@strata/ir"),
  ]);
  const countPatterns = (): number => {
    let count = 0;
    walk(module, (op) => {
      const isPattern = op.name.startsWith("pattern.") && op.regions.length > 0;
      if (isPattern && op.numResults > 0) count++;
    });
    return count;
  };
  const before = countPatterns();
  lowerTo(module, "pattern", wasmTarget, { verifyEach: false });
  const after = countPatterns();
  const kept = before === 1 ? "one pattern" : `${before} patterns`;
  return after < before ? `fused: ${before} patterns into ${after}` : `fused: nothing (${kept})`;
}

/** What becomes of each loop when the device compiles the kernel. */
async function explainVectors(
  syntax: Module,
  signature: KernelSignature,
  device: Device,
  dims: ReadonlyMap<string, number>,
): Promise<string[]> {
  const [{ vectorizeLoops }, { ModuleOp, sourceOf }, { formatSpan }] = await Promise.all([
    import("@strata/scf/lower-to-vector"),
    import("@strata/ir"),
    import("@strata/support"),
  ]);
  const placeOf = (op: Operation): string => {
    const at = sourceOf(op.location);
    return at === undefined
      ? ""
      : ` at ${formatSpan({ file: at.file, start: at.offset, end: at.end })}`;
  };
  const lines: string[] = [];
  const { executable } = await compileKernel(syntax, signature, device, dims, {
    id: "explained",
    vectorize: (program, target) => {
      if (!(program instanceof ModuleOp)) throw new TypeError("a schedule is for modules");
      const model = target as Parameters<typeof vectorizeLoops>[1];
      vectorizeLoops(program, model, ({ loop, missed, lanes, copies }) => {
        const what = `loop${placeOf(loop)}`;
        if (missed === undefined) {
          const times = copies === 1 ? "" : `, ${copies} vectors at a time`;
          lines.push(`vectorized: ${what}: ${lanes} lanes${times}`);
        } else lines.push(`scalar: ${what}: ${missed.reason}${placeOf(missed.op)}`);
      });
    },
  });
  executable.release();
  return lines;
}
