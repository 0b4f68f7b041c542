/** Random programs for machines whose exponentials round unlike JavaScript's. */
import { type KernelProgram, programOf, type ProgramPlan } from "@strata/testing/kernel-programs";

/** A program of a plan in which absolute values stand for exponentials: all else is exact. */
export function exactProgramOf(plan: ProgramPlan): KernelProgram {
  const program = programOf(plan);
  return { ...program, text: program.text.replaceAll("Math.exp(", "Math.abs(") };
}
