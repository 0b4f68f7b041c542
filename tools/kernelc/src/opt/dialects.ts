/**
 * The dialects that `kernelc opt` knows, loaded without anything of the kernel compiler.
 *
 * Invariant: what is loaded for a text has every dialect that the text names, so that it is read as
 * if all were loaded; only what is said of names that no dialect has may differ.
 */
import { builtin, Context, type Dialect } from "@strata/ir";

const LOADERS: ReadonlyMap<string, () => Promise<Dialect>> = new Map([
  ["arith", async () => (await import("@strata/arith")).arith],
  ["cf", async () => (await import("@strata/cf")).cf],
  ["func", async () => (await import("@strata/func")).func],
  ["gpu", async () => (await import("@strata/gpu")).gpu],
  ["llvm", async () => (await import("@strata/llvm")).llvm],
  ["math", async () => (await import("@strata/math")).math],
  ["memref", async () => (await import("@strata/memref")).memref],
  ["omp", async () => (await import("@strata/omp")).omp],
  ["pattern", async () => (await import("@strata/pattern")).pattern],
  ["scf", async () => (await import("@strata/scf")).scf],
  ["tensor", async () => (await import("@strata/tensor")).tensor],
  ["transform", async () => (await import("@strata/transform")).transform],
  ["ub", async () => (await import("@strata/ub")).ub],
  ["vector", async () => (await import("@strata/vector")).vector],
]);

/** A context with the built-in dialects that a text names, or with all of them. */
export async function loadContext(
  text: string | undefined,
  allowUnregistered: boolean,
): Promise<Context> {
  const wanted = [...LOADERS].filter(([name]) => text === undefined || names(text, name));
  const dialects = await Promise.all(wanted.map(([, load]) => load()));
  return new Context([builtin, ...dialects], { allowUnregistered });
}

/** Whether a text may name something of a dialect: an operation, a type or an attribute. */
const names = (text: string, dialect: string): boolean =>
  new RegExp(`\\b${dialect}(?:\\.|<)`).test(text);
