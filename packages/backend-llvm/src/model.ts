/** What the compiler's lowerings ask of a machine, read off LLVM's description of it. */
import { hostTarget, type TargetModel } from "@strata/compiler";
import type { MachineDescription } from "./native/target.ts";

/** Processors of x86-64 that have 256-bit vectors whether features say so or not. */
const wideX86 = /^(haswell|broadwell|skylake|.*lake|znver|x86-64-v[34]|alderlake|core-avx2|sierra)/;

/**
 * The machine as lowerings see it. Vectors of 256 bits also where 512 are there: processors that
 * have them run most code no faster, and share clocks between cores.
 */
export function targetModelOf({ triple, cpu, features }: MachineDescription): TargetModel {
  const has = (name: string): boolean => features.split(",").includes(`+${name}`);
  const [architecture = ""] = triple.split("-");
  if (/^(x86_64|amd64)/.test(architecture)) {
    const isWide = has("avx2") || wideX86.test(cpu);
    if (isWide) {
      return { ...hostTarget, vectorRegisters: has("avx512vl") ? 32 : 16 };
    }
    return { ...hostTarget, vectorBits: 128, vectorRegisters: 16 };
  }
  if (/^(aarch64|arm64)/.test(architecture)) {
    return { ...hostTarget, vectorBits: 128, vectorRegisters: 32 };
  }
  return { ...hostTarget, vectorBits: 128, vectorRegisters: 16 };
}
