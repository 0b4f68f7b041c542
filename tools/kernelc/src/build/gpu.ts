/** `kernelc build --emit opencl|cuda|ptx`: kernels as text for GPUs, made without one. */
import { cudaTarget, openclTarget } from "@strata/compiler";
import { FuncOp } from "@strata/func";
import type { ModuleOp } from "@strata/ir";
import { environmentError } from "../failures.ts";

/** The architecture that PTX is made for; later ones run it too. */
const PTX_ARCHITECTURE = "compute_90";

/** The kernels of a module of the pattern level, which is used up. */
export async function emitForGpu(
  module: ModuleOp,
  emit: "opencl" | "cuda" | "ptx",
): Promise<string> {
  const entry = [...module.ops()].find((op) => op instanceof FuncOp)?.symbolName ?? "kernel";
  if (emit === "opencl") {
    const { emitOpenCl } = await import("@strata/backend-opencl");
    const dialect = { exactDivision: true, hasFp64: true };
    return (await emitOpenCl(module, entry, openclTarget, dialect)).image.source;
  }
  const { compileCuda, emitCuda, findNvrtc, INSTALL_NVRTC } = await import("@strata/backend-cuda");
  const { program } = await emitCuda(module, entry, cudaTarget);
  const source = program?.source ?? "";
  if (emit === "cuda") return source;
  const found = findNvrtc();
  if (!("nvrtc" in found)) {
    throw environmentError("cuda.nvrtc-missing", "NVRTC, which makes PTX, is not there", {
      notes: [{ message: `looked for ${found.tried.join(", ")}` }],
      hint: INSTALL_NVRTC,
    });
  }
  const bytes = compileCuda(
    found.nvrtc,
    source,
    { architecture: PTX_ARCHITECTURE, name: entry, to: "ptx" },
    program?.origins,
  );
  return new TextDecoder().decode(bytes).replace(/\0[^]*$/, "");
}
