/**
 * Whether the points of a parallel loop that reduces are better served by a thread, a warp or a
 * block each: an estimate of the time that its loads take.
 */
import * as arith from "@strata/arith";
import type { Value } from "@strata/ir";
import { type Operation, walk } from "@strata/ir";
import * as memref from "@strata/memref";
import type { Parallel } from "../ops.ts";
import { known } from "./code.ts";
import type { CombiningNest } from "./combine.ts";
import { type GpuTarget, residentThreads, threadsAtMost } from "./target.ts";

/** Iterations assumed for a loop whose trips are not known. */
const assumedTrips = 1024;

/** Sectors of memory that a warp reads for one load, by how its lanes' addresses lie. */
const sectors = { same: 1, neighbours: 4, apart: 24 } as const;

/** Bytes that memory delivers at once. */
const sectorBytes = 32;

/** Steps in which the threads of a warp or block combine, in units of sectors. */
const combineCost = { warp: 12, block: 40 } as const;

/** Who works on one point: a thread, a warp, a block, or threads along a column of blocks. */
export type Group = "thread" | "warp" | "block" | "column";

/** Threads along y that share the iterations of a point. */
export const rowsOfThreads = 8;
/** Iterations that a thread runs at least before more blocks share them. */
const iterationsPerThread = 16;

/** Blocks along y that share the iterations of each of so many points. */
export function columnSplits(
  points: number | undefined,
  nest: CombiningNest,
  target: GpuTarget,
): number {
  const wanted = residentThreads(target) / (Math.max(1, points ?? 4096) * rowsOfThreads);
  const most = tripsOf(nest) / (rowsOfThreads * iterationsPerThread);
  return Math.max(1, Math.min(Math.ceil(wanted), Math.floor(most), 256));
}

/** Iterations of a nest. */
export function tripsOf(nest: CombiningNest): number {
  return nest.loops.reduce((n, l) => {
    const [lower, upper, step] = [l.lowerBound, l.upperBound, l.step].map((v) => known(v));
    if (lower === undefined || upper === undefined || step === undefined) return n * assumedTrips;
    return n * Math.max(0, Math.ceil((upper - lower) / step));
  }, 1);
}

/** The best group for the points of a loop that contains these nests. */
export function chooseGroup(
  op: Parallel,
  nests: readonly CombiningNest[],
  target: GpuTarget,
): Group {
  const points = op.upperBound.reduce((n, v, d) => {
    const [lower, upper] = [known(op.lowerBound[d]!), known(v)];
    return n * (lower === undefined || upper === undefined ? 4096 : Math.max(0, upper - lower));
  }, 1);
  const last = op.inductionVars[op.inductionVars.length - 1]!;
  const cost = { thread: 0, warp: 0, block: 0 };
  for (const nest of nests) {
    const trips = tripsOf(nest);
    const inner = nest.loops[nest.loops.length - 1]!.inductionVar;
    const alone = loadSectors(nest, last);
    const together = loadSectors(nest, inner);
    const block = threadsAtMost(target, 256);
    const rounds = (threads: number): number => Math.ceil(trips / threads);
    cost.thread += (trips * alone) / target.warpSize;
    cost.warp += rounds(target.warpSize) * together + combineCost.warp;
    cost.block += (rounds(block) * together + combineCost.block) * (block / target.warpSize);
  }
  // A part of the machine idles where there are fewer threads than it holds.
  const enough = residentThreads(target) / 4;
  const idle = (threads: number): number => Math.max(1, enough / Math.max(1, points * threads));
  const time: Record<Group, number> = {
    thread: cost.thread * idle(1),
    warp: cost.warp * idle(target.warpSize),
    block: cost.block * idle(256),
    column: Infinity,
  };
  const [nest] = nests;
  if (nests.length === 1 && target.maxThreadsPerBlock >= target.warpSize * rowsOfThreads) {
    const splits = columnSplits(points, nest!, target);
    const launch = (target.launchSeconds * target.bandwidth) / sectorBytes / Math.max(1, points);
    time.column = cost.thread * idle(rowsOfThreads * splits) + (splits > 1 ? launch : 0) + 8;
  }
  if (!target.hasShuffle) time.warp = Infinity;
  const groups: readonly Group[] = ["thread", "warp", "block", "column"];
  return groups.reduce((best, g) => (time[g] < time[best] ? g : best));
}

/** Sectors that one iteration reads when neighbouring lanes differ in `v`. */
function loadSectors(nest: CombiningNest, v: Value): number {
  let total = 0;
  for (const loop of nest.loops) {
    for (const top of loop.body.ops()) {
      if (top === nest.loops[nest.loops.indexOf(loop) + 1]) continue;
      walk(top, (op) => {
        if (!(op instanceof memref.Load)) return;
        const kinds = op.indices.map((i) => variation(i, v));
        if (kinds.every((k) => k === 0)) total += sectors.same;
        else if (kinds.slice(0, -1).every((k) => k === 0) && kinds[kinds.length - 1] === 1) {
          total += sectors.neighbours;
        } else total += sectors.apart;
      });
    }
  }
  return Math.max(total, 0.5);
}

/** How an index moves with a value: not at all, by as much, or otherwise. */
function variation(i: Value, v: Value): 0 | 1 | undefined {
  if (i === v) return 1;
  const op = i.definingOp;
  if (op === undefined) return 0;
  if (op instanceof arith.AddI || op instanceof arith.SubI) {
    const [a, b] = [variation(op.lhs, v), variation(op.rhs, v)];
    if (a === 1 && b === 0) return 1;
    if (a === 0 && b === 1) return op instanceof arith.AddI ? 1 : undefined;
  }
  return dependsOn(op, v, new Set()) ? undefined : 0;
}

function dependsOn(op: Operation, v: Value, seen: Set<Operation>): boolean {
  if (seen.has(op)) return false;
  seen.add(op);
  return op.operands.some((o) => {
    if (o === v) return true;
    const d = o.definingOp;
    return d !== undefined && dependsOn(d, v, seen);
  });
}
