/** Folds of `gpu`: positions and sizes that the kernel's promises determine. */
import {
  DenseArrayAttr,
  foldOf,
  IntegerAttr,
  type InterfaceBinding,
  type Operation,
} from "@strata/ir";
import { DimensionAttr, dimensions } from "./attributes.ts";
import * as ops from "./ops.ts";

/** The size that the function around promises along the operation's dimension. */
export function promisedSize(
  op: Operation,
  name: "known_block_size" | "known_grid_size",
): bigint | undefined {
  let around = op.parentOp;
  while (around !== null && around.getAttr("function_type") === undefined) {
    // A launch inside of a function has sizes of its own.
    if (around instanceof ops.Launch) return undefined;
    around = around.parentOp;
  }
  const sizes = around?.getAttr(name) ?? around?.getAttr(`gpu.${name}`);
  const dimension = op.getAttr("dimension");
  if (!(sizes instanceof DenseArrayAttr && dimension instanceof DimensionAttr)) return undefined;
  const size = sizes.values[dimensions.indexOf(dimension.value)];
  return typeof size === "bigint" ? size : undefined;
}

const asIndex = (n: bigint | undefined): IntegerAttr | undefined =>
  n === undefined ? undefined : IntegerAttr.index(Number(n));

/** Where there is one position, it is 0. */
const only = (n: bigint | undefined): IntegerAttr | undefined =>
  n === 1n ? IntegerAttr.index(0) : undefined;

/** Folds operations. */
export const folds: readonly InterfaceBinding[] = [
  // thread_id x, in blocks of one thread along x  →  0
  foldOf(ops.ThreadId, (op) => only(promisedSize(op, "known_block_size"))),
  foldOf(ops.BlockId, (op) => only(promisedSize(op, "known_grid_size"))),
  // block_dim x, in a kernel made for blocks of 128 threads along x  →  128
  foldOf(ops.BlockDim, (op) => asIndex(promisedSize(op, "known_block_size"))),
  foldOf(ops.GridDim, (op) => asIndex(promisedSize(op, "known_grid_size"))),
  // clusters of one lane  →  the value
  foldOf(ops.SubgroupReduce, (op) => (op.cluster_size?.value === 1n ? op.value : undefined)),
];
