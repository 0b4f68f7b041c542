/** Transformations of `scf.for` that keep the order of its iterations. */
export { coalesceLoops, perfectNest } from "./loop-transforms/coalesce.ts";
export { isDivisible, peelFirst, peelLast, type Peeled } from "./loop-transforms/peel.ts";
export { unrollLoop, type Unrolled } from "./loop-transforms/unroll.ts";
