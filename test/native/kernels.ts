/** Every example kernel in the LLVM dialect, specialized to its first sizes. */
import { readFileSync } from "node:fs";
import { hostTarget } from "@strata/compiler";
import { lowerKernelToLLVM } from "@strata/compiler/to-llvm";
import type { ModuleOp } from "@strata/ir";
import type { KernelCase } from "../kernels/case.ts";
import { specializeCase } from "../kernels/levels.ts";

/** The source of a case. */
export function sourceOf(c: KernelCase): string {
  return readFileSync(new URL(`../kernels/${c.file}`, import.meta.url), "utf8");
}

/** A case lowered for the host. */
export function loweredCase(c: KernelCase): ModuleOp {
  const { module } = specializeCase(sourceOf(c), c.kernel, c.make(3, c.sizes[0]!));
  lowerKernelToLLVM(module, hostTarget);
  return module;
}
