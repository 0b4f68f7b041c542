/**
 * Contractions, as the product of matrices: a loop over `p` inside of a parallel loop over `i` and
 * `j`, whose loads depend on `i` and `p` or on `j` and `p`.
 *
 * A block computes a tile of the result. It moves slices of both operands through its own memory,
 * the next while it works on one; a thread computes a smaller tile in registers.
 *
 * ```mlir
 * scf.parallel (%i, %j) {
 *   %s = scf.for %p … { … %a[%i, %p] … %b[%p, %j] … }
 *   memref.store %s, %c[%i, %j]
 * // becomes, for a block's 128 × 128 and a thread's 8 × 8 results
 * for each slice of 8 values of %p:
 *   read the next slices; combine the thread's results from the slices at hand; store the next
 * ```
 *
 * Every result is combined in the order of `p`. A product that is added to a sum whose order is free
 * is fused with it.
 */
import * as arith from "@strata/arith";
import { elementTypeOf, FloatType, IntegerType, type Operation, type Value } from "@strata/ir";
import * as memref from "@strata/memref";
import { For, type Parallel } from "../ops.ts";
import { known } from "./code.ts";
import { readsOnly } from "./combine.ts";
import { elementBits } from "./alignment.ts";
import type { GpuTarget } from "./target.ts";

/** A load that a slice is read by. */
export interface SliceLoad {
  readonly op: memref.Load;
  /** Whether it depends on the row (`i`) or the column (`j`) of a result. */
  readonly side: "row" | "column";
  /** Whether consecutive values of `p` are neighbours, or consecutive rows or columns. */
  readonly along: "p" | "side";
}

/** A loop that is a contraction, and how it is tiled. */
export interface Contraction {
  readonly op: Parallel;
  readonly loop: For;
  readonly slices: readonly SliceLoad[];
  /** Extents of rows, columns and the inner loop. */
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly tile: ContractionTile;
}

/** Sizes of tiles: of a block, of a thread, and of a slice along `p`. */
export interface ContractionTile {
  readonly block: number;
  readonly thread: number;
  readonly slice: number;
}

/** Values that vector accesses to the block's memory move at once. */
export const quad = 4;

/** The loop as a contraction worth tiling; undefined when it is none. */
export function tryContraction(op: Parallel, target: GpuTarget): Contraction | undefined {
  const rank = op.inductionVars.length;
  if (rank < 2 || op.initVals.length > 0) return undefined;
  const isPlain =
    op.lowerBound.every((v) => known(v) === 0) && op.step.every((v) => known(v) === 1);
  const extents = op.upperBound.map((v) => known(v));
  if (!isPlain || extents.some((n) => n === undefined)) return undefined;
  const loops = [...op.body.ops()].filter((o) => o.regions.length > 0 && o !== op.body.lastOp);
  const [loop] = loops;
  if (!(loop instanceof For) || loops.length !== 1 || loop.outs.length === 0) return undefined;
  const depth = known(loop.upperBound);
  if (known(loop.lowerBound) !== 0 || known(loop.step) !== 1 || depth === undefined) {
    return undefined;
  }
  const slices = slicesOf(op, loop);
  if (slices === undefined || !storesOnlyAtTheEnd(op, loop)) return undefined;
  const [rows, columns] = [extents[rank - 2]!, extents[rank - 1]!];
  const batches = extents.slice(0, -2).reduce<number>((a, n) => a * n!, 1);
  const tile = chooseTile(rows, columns, depth, batches, slices, loop, target);
  return tile === undefined ? undefined : { op, loop, slices, rows, columns, depth, tile };
}

/** The loads of the inner loop; undefined unless each is one of a slice, and both sides have one. */
function slicesOf(op: Parallel, loop: For): SliceLoad[] | undefined {
  const rank = op.inductionVars.length;
  const [i, j] = [op.inductionVars[rank - 2]!, op.inductionVars[rank - 1]!];
  const p = loop.inductionVar;
  const slices: SliceLoad[] = [];
  for (const o of loop.body.ops()) {
    if (o.regions.length > 0 || !readsOnly(o)) return undefined;
    const usesPoint = o.operands.some((v) => v === i || v === j || v === p);
    if (!(o instanceof memref.Load)) {
      if (usesPoint) return undefined;
      continue;
    }
    const has = (v: Value): boolean => o.indices.includes(v);
    const isFixed = (v: Value): boolean =>
      v === i || v === j || v === p || !isInside(v, op) || op.inductionVars.includes(v as never);
    const counts = [i, j, p].map((v) => o.indices.filter((x) => x === v).length);
    if (!o.indices.every(isFixed) || counts.some((n) => n > 1)) return undefined;
    if (!has(p) || has(i) === has(j)) return undefined;
    const last = o.indices[o.indices.length - 1]!;
    const along = last === p ? "p" : last === i || last === j ? "side" : undefined;
    const element = elementTypeOf(o.memref.type);
    const isNumber =
      element instanceof FloatType || (element instanceof IntegerType && element.width % 8 === 0);
    if (along === undefined || !isNumber) return undefined;
    slices.push({ op: o, side: has(i) ? "row" : "column", along });
  }
  const both = ["row", "column"].every((side) => slices.some((s) => s.side === side));
  return both ? slices : undefined;
}

function isInside(v: Value, op: Operation): boolean {
  const owner = v.definingOp ?? v.parentBlock?.parentOp;
  if (v.definingOp instanceof arith.ConstantOp) return false;
  return owner !== null && owner !== undefined && (owner === op || op.isAncestorOf(owner));
}

/** Whether what stands around the inner loop only computes, reads, and at last stores. */
function storesOnlyAtTheEnd(op: Parallel, loop: For): boolean {
  for (const o of op.body.ops()) {
    if (o === loop || o === op.body.lastOp) continue;
    if (o instanceof memref.Store ? o.isBeforeInBlock(loop) : !readsOnly(o)) return false;
  }
  return true;
}

const tiles: readonly ContractionTile[] = [
  { block: 128, thread: 8, slice: 8 },
  { block: 64, thread: 4, slice: 16 },
  { block: 32, thread: 4, slice: 16 },
];

function chooseTile(
  rows: number,
  columns: number,
  depth: number,
  batches: number,
  slices: readonly SliceLoad[],
  loop: For,
  target: GpuTarget,
): ContractionTile | undefined {
  const bits = Math.max(...loop.outs.map((v) => elementBits(v.type)));
  return tiles.find((t) => {
    const bytes = slices.reduce((n, s) => {
      const width = elementBits(elementTypeOf(s.op.memref.type)) / 8;
      return n + 2 * t.slice * (t.block + quad) * width;
    }, 0);
    const threads = (t.block / t.thread) ** 2;
    const blocks = Math.ceil(rows / t.block) * Math.ceil(columns / t.block) * batches;
    // 32-bit registers for the results; as many again serve the operands and addresses.
    const registers = t.thread ** 2 * loop.outs.length * (bits / 32) * 2;
    return (
      bytes <= target.sharedBytes &&
      threads <= target.maxThreadsPerBlock &&
      registers <= Math.min(255, target.registersPerProcessor / threads) &&
      blocks >= target.processors / 2 &&
      rows >= t.block / 2 &&
      columns >= t.block / 2 &&
      depth >= 4 * t.slice
    );
  });
}
