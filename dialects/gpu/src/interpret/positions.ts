/** Where a thread is, and how many there are. */
import { failAt, interpretOf } from "@strata/interpret";
import { IntegerAttr, type InterfaceBinding, type Operation } from "@strata/ir";
import { DimensionAttr } from "../attributes.ts";
import * as ops from "../ops.ts";
import { along, countOf, currentThread, laneOf, type ThreadState, type Three } from "./threads.ts";

/** Fails where a number is not what the operation promises of it. */
function bounded(op: Operation, n: number, isCount: boolean): number {
  const bound = op.getAttr("upper_bound");
  if (!(bound instanceof IntegerAttr)) return n;
  const limit = Number(bound.value);
  if (isCount ? n <= limit : n < limit) return n;
  return failAt(
    op,
    "gpu.upper-bound",
    `\`${op.name}\` is ${n}, against its \`upper_bound\` of ${limit}`,
  );
}

type NumbersOf = (t: ThreadState) => Three;
type Along = Parameters<typeof interpretOf<ops.BlockId>>[0];

const zip = (a: Three, b: Three, f: (x: number, y: number) => number): Three => [
  f(a[0], b[0]),
  f(a[1], b[1]),
  f(a[2], b[2]),
];

function alongDimension(cls: Along, isCount: boolean, numbers: NumbersOf): InterfaceBinding {
  return interpretOf(cls, (op, _, cx) => {
    const dimension = op.getAttr("dimension");
    if (!(dimension instanceof DimensionAttr)) throw new Error(`${op.name} has no dimension`);
    return bounded(op, along(numbers(currentThread(op, cx)), dimension.value), isCount);
  });
}

type Plain = Parameters<typeof interpretOf<ops.LaneId>>[0];

function single(
  cls: Plain,
  isCount: boolean,
  number: (t: ThreadState) => number,
): InterfaceBinding {
  return interpretOf(cls, (op, _, cx) => bounded(op, number(currentThread(op, cx)), isCount));
}

const subgroups = (t: ThreadState): number => {
  const { block, settings } = t.block.launch;
  return Math.ceil(countOf(block) / settings.subgroupSize);
};

/** How the operations run. */
export const positionInterpretation: readonly InterfaceBinding[] = [
  alongDimension(ops.ThreadId, false, (t) => t.id),
  alongDimension(ops.BlockId, false, (t) => t.block.id),
  alongDimension(ops.BlockDim, true, (t) => t.block.launch.block),
  alongDimension(ops.GridDim, true, (t) => t.block.launch.grid),
  alongDimension(ops.GlobalId, false, (t) => {
    const start = zip(t.block.id, t.block.launch.block, (b, n) => b * n);
    return zip(start, t.id, (a, b) => a + b);
  }),
  alongDimension(ops.ClusterDim, true, ({ block: { launch } }) =>
    zip(launch.grid, launch.cluster, (g, c) => g / c),
  ),
  alongDimension(ops.ClusterDimBlocks, true, (t) => t.block.launch.cluster),
  alongDimension(ops.ClusterId, false, ({ block }) =>
    zip(block.id, block.launch.cluster, (b, c) => Math.floor(b / c)),
  ),
  alongDimension(ops.ClusterBlockId, false, ({ block }) =>
    zip(block.id, block.launch.cluster, (b, c) => b % c),
  ),
  single(ops.LaneId, false, laneOf),
  single(ops.SubgroupId, false, (t) => Math.floor(t.number / t.block.launch.settings.subgroupSize)),
  single(ops.SubgroupSize, true, (t) => t.block.launch.settings.subgroupSize),
  single(ops.NumSubgroups, true, subgroups),
];
