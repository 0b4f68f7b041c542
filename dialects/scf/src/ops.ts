/** The operations of `scf`. */
export * from "./branch-ops.ts";
export {
  comparesUnsigned,
  Condition,
  For,
  isInductionType,
  Parallel,
  Reduce,
  ReduceReturn,
  While,
} from "./loop-ops.ts";
export * from "./forall-ops.ts";
export { Yield, yieldedValues } from "./yield.ts";
