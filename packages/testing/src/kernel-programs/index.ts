/** Random kernel programs with fitting arguments. */
export { randomData } from "./data.ts";
export {
  type KernelProgram,
  programOf,
  type ProgramPlan,
  programPlan,
  type ProgramScalar,
  type ProgramTensor,
  programTypes,
} from "./program.ts";
