/**
 * Bounds of positions and sizes: those an operation states itself, those the kernel promises, and
 * the most that devices have.
 */
import { type IntegerRange, RangeInterface, RegionFlowInterface } from "@strata/analysis";
import { IntegerAttr, type InterfaceBinding, type Operation, type OpRef } from "@strata/ir";
import { promisedSize } from "./fold.ts";
import * as ops from "./ops.ts";

/** The most threads, blocks or clusters along a dimension. */
const mostAlong = (1n << 32n) - 1n;
const mostLanes = 128n;
const mostBlocksOfCluster = 8n;

function boundOf(op: Operation): bigint | undefined {
  const a = op.getAttr("upper_bound");
  return a instanceof IntegerAttr ? a.value : undefined;
}

type Sizes = (op: Operation) => bigint | undefined;
const none: Sizes = () => undefined;
const inBlock: Sizes = (op) => promisedSize(op, "known_block_size");
const inGrid: Sizes = (op) => promisedSize(op, "known_grid_size");

/** A position below a size. */
function position(cls: OpRef, most: bigint, size: Sizes = none): InterfaceBinding {
  const infer = (op: Operation): IntegerRange[] => [
    { low: 0n, high: (boundOf(op) ?? size(op) ?? most) - 1n },
  ];
  return RangeInterface.on(cls, { infer });
}

/** A number of threads, blocks or lanes. */
function count(cls: OpRef, most: bigint, size: Sizes = none): InterfaceBinding {
  const infer = (op: Operation): IntegerRange[] => {
    const known = size(op);
    return [
      known === undefined ? { low: 1n, high: boundOf(op) ?? most } : { low: known, high: known },
    ];
  };
  return RangeInterface.on(cls, { infer });
}

/** Arguments of a launch's body: block and thread ids, then the sizes they stay below. */
function launchArgument(
  op: Operation,
  index: number,
  operands: readonly (IntegerRange | undefined)[],
): IntegerRange | undefined {
  if (index >= 12) return undefined;
  const size = operands[op.definition.operandStart(op, 1) + (index % 6)];
  const high = size === undefined || size.high > mostAlong ? mostAlong : size.high;
  if (index < 6) return { low: 0n, high: high < 1n ? 0n : high - 1n };
  // Where a thread runs, no size is zero.
  return { low: size === undefined || size.low < 1n ? 1n : size.low, high: high < 1n ? 1n : high };
}

/** Bounds of the results, and of what a launch gives its body. */
export const ranges: readonly InterfaceBinding[] = [
  RegionFlowInterface.on(ops.Launch, {
    edges: (op, terminator) => [
      { to: terminator === undefined ? op.regions[0]! : "results", values: [], targets: [] },
    ],
  }),
  RangeInterface.on(ops.Launch, {
    argument: (op, argument, operands) => launchArgument(op, argument.index, operands),
  }),
  position(ops.ThreadId, mostAlong, inBlock),
  position(ops.BlockId, mostAlong, inGrid),
  position(ops.GlobalId, mostAlong * mostAlong),
  position(ops.ClusterId, mostAlong),
  position(ops.ClusterBlockId, mostBlocksOfCluster),
  position(ops.LaneId, mostLanes),
  position(ops.SubgroupId, mostAlong),
  count(ops.BlockDim, mostAlong, inBlock),
  count(ops.GridDim, mostAlong, inGrid),
  count(ops.ClusterDim, mostAlong),
  count(ops.ClusterDimBlocks, mostBlocksOfCluster),
  count(ops.NumSubgroups, mostAlong),
  count(ops.SubgroupSize, mostLanes),
];
