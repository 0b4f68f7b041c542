/** What the lowering made of each loop, for who wants to know. */
import type { Operation } from "@strata/ir";

/** How a loop runs on a GPU. */
export type GpuForm =
  /** A thread for some points. */
  | "points"
  /** The same, with the border of a stencil in one launch. */
  | "points and border"
  /** A warp or a block for each point, which reduces. */
  | "warps"
  | "blocks"
  /** Rows of threads for columns of points, which reduce. */
  | "columns"
  /** Several loops over the same rows, with a block for each row. */
  | "rows"
  /** A product in tiles. */
  | "tiles"
  | "reduction"
  | "scan"
  | "atomic updates"
  /** One thread, for the order of iterations matters. */
  | "one thread";

/** What became of one operation. */
export interface GpuRemark {
  readonly op: Operation;
  readonly form: GpuForm;
}

/** Hears of each operation before it is replaced. */
export type OnGpuRemark = (remark: GpuRemark) => void;
