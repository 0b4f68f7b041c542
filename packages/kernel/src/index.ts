/**
 * What a kernel author imports: scalar types, tensors, and every pattern of the kernel language as
 * a plain function, so that a kernel file runs as it stands.
 */
export {
  bf16,
  bool,
  f16,
  f32,
  f64,
  i16,
  i32,
  i64,
  i8,
  u16,
  u32,
  u64,
  u8,
  type Element,
  type index,
  type Scalar,
  type ScalarOf,
} from "./scalars.ts";
export type { Dim, DropAxis, Indices, Positions, Shape } from "./shape.ts";
export type { StorageOf } from "./storage.ts";
export { Tensor, type Nested } from "./tensor.ts";
export { KernelError } from "./errors.ts";
export { build, map, zip } from "./elementwise.ts";
export { clamp, constant, copy, reflect, wrap, zero, type Boundary } from "./boundary.ts";
export { stencil, type Accessor } from "./stencil.ts";
export { all, any, argmax, argmin, dot, max, mean, min, prod, reduce, sum } from "./reduce.ts";
export { scan, type ScanOptions } from "./scan.ts";
export { gather, scatter, segmentedReduce, sparseProduct } from "./gather.ts";
export { histogram } from "./histogram.ts";
export { iterate, iterateUntil } from "./iterate.ts";
export { erf, fma, idiv, isNaN, popcount, select } from "./functions.ts";
