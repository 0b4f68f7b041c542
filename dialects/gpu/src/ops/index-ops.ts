/** Where a thread is, and how many there are. */
import { attr, defineOp, Index, type Operation, optionalAttr, Pure, result } from "@strata/ir";
import { DimensionAttr, DimensionC, IndexAttr } from "../attributes.ts";

/** The parts of an operation that gives one number for each dimension. */
const alongDimension = {
  results: { result: result(Index) },
  attributes: {
    dimension: attr(DimensionC),
    upper_bound: optionalAttr(IndexAttr, "what the number of threads, blocks or clusters is below"),
  },
  traits: [Pure],
  assembly: "$dimension (`upper_bound` $upper_bound^)? attr-dict",
  resultNames: (op: Operation) => {
    const d = op.getAttr("dimension");
    return `${op.name.slice("gpu.".length)}_${d instanceof DimensionAttr ? d.value : ""}`;
  },
};

/** Position of the thread's block in the grid. */
export class BlockId extends defineOp("gpu.block_id", {
  summary: "Position of the thread's block in the grid.",
  ...alongDimension,
}) {}

/** Number of threads of a block. */
export class BlockDim extends defineOp("gpu.block_dim", {
  summary: "Number of threads of a block.",
  ...alongDimension,
}) {}

/** Number of blocks of the grid. */
export class GridDim extends defineOp("gpu.grid_dim", {
  summary: "Number of blocks of the grid.",
  ...alongDimension,
}) {}

/** Position of the thread in its block. */
export class ThreadId extends defineOp("gpu.thread_id", {
  summary: "Position of the thread in its block.",
  ...alongDimension,
}) {}

/** Position of the thread among all of the launch. */
export class GlobalId extends defineOp("gpu.global_id", {
  summary: "Position of the thread among all of the launch.",
  ...alongDimension,
}) {}

/** Number of clusters of the grid. */
export class ClusterDim extends defineOp("gpu.cluster_dim", {
  summary: "Number of clusters of the grid.",
  ...alongDimension,
}) {}

/** Number of blocks of a cluster. */
export class ClusterDimBlocks extends defineOp("gpu.cluster_dim_blocks", {
  summary: "Number of blocks of a cluster.",
  ...alongDimension,
}) {}

/** Position of the thread's cluster in the grid. */
export class ClusterId extends defineOp("gpu.cluster_id", {
  summary: "Position of the thread's cluster in the grid.",
  ...alongDimension,
}) {}

/** Position of the thread's block in its cluster. */
export class ClusterBlockId extends defineOp("gpu.cluster_block_id", {
  summary: "Position of the thread's block in its cluster.",
  ...alongDimension,
}) {}

/** The parts of an operation that gives one number. */
const inSubgroup = {
  results: { result: result(Index) },
  attributes: { upper_bound: optionalAttr(IndexAttr, "what the number of lanes is at most") },
  traits: [Pure],
};

/** Position of the thread in its subgroup. */
export class LaneId extends defineOp("gpu.lane_id", {
  summary: "Position of the thread in its subgroup.",
  ...inSubgroup,
  assembly: "(`upper_bound` $upper_bound^)? attr-dict",
}) {}

const typed = "(`upper_bound` $upper_bound^)? attr-dict `:` type($result)";

/** Position of the thread's subgroup in its block. */
export class SubgroupId extends defineOp("gpu.subgroup_id", {
  summary: "Position of the thread's subgroup in its block.",
  ...inSubgroup,
  assembly: typed,
}) {}

/** Number of subgroups of a block. */
export class NumSubgroups extends defineOp("gpu.num_subgroups", {
  summary: "Number of subgroups of a block.",
  ...inSubgroup,
  assembly: typed,
}) {}

/** Number of lanes of a subgroup. */
export class SubgroupSize extends defineOp("gpu.subgroup_size", {
  summary: "Number of lanes of a subgroup.",
  ...inSubgroup,
  assembly: typed,
}) {}
