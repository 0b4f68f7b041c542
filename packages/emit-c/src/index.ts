/** Kernels printed in C-family languages. */
export {
  emitKernels,
  type EmittedKernel,
  type EmittedProgram,
  type KernelParam,
  type LineOrigin,
} from "./emit-module.ts";
export { type CKind, type Expr } from "./expression.ts";
export type {
  AtomicOp,
  AtomicUpdate,
  CFlavour,
  Feature,
  Helper,
  IdKind,
  Space,
} from "./flavour.ts";
