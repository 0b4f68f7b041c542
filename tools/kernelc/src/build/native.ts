/** What `kernelc build` makes through LLVM: bitcode, assembly, objects, shared libraries, headers. */
import type { BuildFormat } from "@strata/backend-llvm/aot";
import type { Kernel } from "@strata/kernel/specialize";
import { DiagnosticError } from "@strata/support";
import { EnvironmentError, usageError } from "../failures.ts";

/** The formats, known here without loading what makes them. */
const formats = ["bc", "asm", "obj", "so", "header"] as const satisfies readonly BuildFormat[];
export type NativeFormat = (typeof formats)[number];

/** Whether a format of `--emit` is made through LLVM. */
export function isNative(emit: string): emit is NativeFormat {
  return formats.some((one) => one === emit);
}

interface MachineOptions {
  readonly target?: string;
  readonly cpu?: string;
}

/** Refuses a machine for what is the same on all of them. */
export function expectTargetApplies({
  emit,
  target,
  cpu,
}: MachineOptions & { readonly emit: string }): void {
  if (isNative(emit) && emit !== "header") return;
  const flag = target === undefined ? (cpu === undefined ? undefined : "--cpu") : "--target";
  if (flag === undefined) return;
  throw usageError("cli.target", `${flag} says nothing for --emit ${emit}`, {
    hint: "it goes with bc, asm, obj and so",
  });
}

/** What is told of when the environment lacks it. */
const lacking = new Set(["llvm.missing", "llvm.linker-missing"]);

interface NativeChoices {
  readonly format: NativeFormat;
  readonly vectorize: ((module: unknown, target: unknown) => void) | undefined;
}

/** Builds a kernel from its module of the pattern level, which is used up. */
export async function buildNative(
  kernel: Kernel,
  module: unknown,
  { format, target, cpu, vectorize }: MachineOptions & NativeChoices,
): Promise<string | Uint8Array> {
  const { buildKernel } = await import("@strata/backend-llvm/aot");
  const { signature } = kernel;
  try {
    const { content } = await buildKernel({
      signature,
      module,
      format,
      triple: target,
      cpu,
      vectorize,
    });
    return content;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const isLacking = error.diagnostics.some(({ code }) => lacking.has(code));
    throw isLacking ? new EnvironmentError(error.diagnostics) : error;
  }
}
