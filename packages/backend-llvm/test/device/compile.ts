/** Kernels from text onto the device, for tests. */
import { analyzeKernel, emitKernel, parseKernelFile } from "@strata/frontend";
import { bindArguments, runToHost, type HostValue } from "@strata/runtime";
import { SourceFile, type KernelSignature } from "@strata/support";
import { expectLLVM } from "@strata/backend-llvm/native";
import { LLVMDevice, type LLVMExecutable } from "@strata/backend-llvm/device";
import type { ModuleOp } from "@strata/ir";

const TYPES = `import { build, clamp, map, scan, stencil, sum, type Dim, type Tensor, bool, i8, i16,
  i32, i64, u8, u16, u32, u64, f16, bf16, f32, f64 } from "@strata/kernel";\n`;

/** A device of its own. */
export function openLLVM(): LLVMDevice {
  return new LLVMDevice(expectLLVM());
}

/** A kernel at the pattern level, its dimensions open. */
export function patternOf(text: string): { signature: KernelSignature; module: ModuleOp } {
  const file = new SourceFile("test.kernel.ts", TYPES + text);
  const parsed = parseKernelFile(file);
  const kernel = analyzeKernel(parsed, parsed.functions[0]!.name.text, {});
  return { signature: kernel.signature, module: emitKernel(kernel) };
}

/** A kernel on a device; its dimensions stay open. */
export async function compileText(
  device: LLVMDevice,
  text: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<LLVMExecutable> {
  const { signature, module } = patternOf(text);
  return device.compile({ signature, module, entry: signature.name, options });
}

/** Runs on arguments by name. */
export function runOn(
  executable: LLVMExecutable,
  args: Readonly<Record<string, unknown>>,
): HostValue[] {
  const { signature, device } = executable;
  return runToHost(executable, bindArguments(signature, args, device.limits));
}
