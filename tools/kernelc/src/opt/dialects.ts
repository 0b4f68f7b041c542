/**
 * The dialects that `kernelc opt` knows, loaded without anything of the kernel compiler.
 */
import { builtin, Context, type Dialect } from "@strata/ir";

const LOADERS: readonly (() => Promise<Dialect>)[] = [
  async () => (await import("@strata/arith")).arith,
  async () => (await import("@strata/cf")).cf,
  async () => (await import("@strata/func")).func,
  async () => (await import("@strata/llvm")).llvm,
  async () => (await import("@strata/math")).math,
  async () => (await import("@strata/memref")).memref,
  async () => (await import("@strata/pattern")).pattern,
  async () => (await import("@strata/scf")).scf,
  async () => (await import("@strata/tensor")).tensor,
  async () => (await import("@strata/vector")).vector,
];

/** A context with every built-in dialect. */
export async function loadContext(allowUnregistered: boolean): Promise<Context> {
  const dialects = await Promise.all(LOADERS.map((load) => load()));
  return new Context([builtin, ...dialects], { allowUnregistered });
}
