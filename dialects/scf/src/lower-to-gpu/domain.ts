/**
 * How the points of a parallel loop are spread over a grid: the innermost dimension along x, the
 * next along y, all others together along z.
 */
import type { Parallel } from "../ops.ts";
import { type Code, type Idx, known } from "./code.ts";
import type { Kernel, LaunchShape } from "./kernel.ts";
import { positionAt } from "./nest.ts";

/** Blocks along y and z that every device allows. */
const mostBlocks = 65535;

/** A box of positions and what they stand for. */
export interface Domain {
  /** First value of each induction variable, and the distance of two. */
  readonly lower: readonly Idx[];
  readonly step: readonly Idx[];
  /** Positions along each dimension. */
  readonly extents: readonly Idx[];
}

/** The box of a parallel loop, computed by the host. */
export function domainOf(code: Code, op: Parallel): Domain {
  const { lowerBound, upperBound, step } = op;
  return {
    lower: lowerBound,
    step,
    extents: lowerBound.map((l, d) => code.trips(l, upperBound[d]!, step[d]!)),
  };
}

/** Extents along x, y and z. */
export function gridExtents(code: Code, extents: readonly Idx[]): [Idx, Idx, Idx] {
  const r = extents.length;
  return [
    extents[r - 1] ?? 1,
    extents[r - 2] ?? 1,
    code.product(extents.slice(0, Math.max(0, r - 2))),
  ];
}

/** Blocks for extents in tiles, at most as many along y and z as a device allows. */
export function gridFor(
  code: Code,
  extents: readonly [Idx, Idx, Idx],
  tile: readonly [number, number, number],
): [Idx, Idx, Idx] {
  const [x, y, z] = extents.map((n, a) => code.ceilDiv(n, tile[a]!)) as [Idx, Idx, Idx];
  return [x, code.min(y, mostBlocks), code.min(z, mostBlocks)];
}

/**
 * Runs `body` for the first position of each tile along y and z that belongs to this block, once
 * where the grid covers the extents, else in steps of the grid.
 */
export function overTiles(
  k: Kernel,
  axis: 1 | 2,
  extent: Idx,
  tile: number,
  body: (first: Idx) => void,
): void {
  const { code } = k;
  const first = code.mul(k.block(axis), tile);
  const n = known(extent);
  if (n !== undefined && Math.ceil(n / tile) <= mostBlocks) {
    body(first);
    return;
  }
  code.for(first, extent, code.mul(k.blocks(axis), tile), [], (at) => body(at));
}

/** The positions along all dimensions for positions along x, y and z. */
export function unfold(code: Code, extents: readonly Idx[], x: Idx, y: Idx, z: Idx): Idx[] {
  const r = extents.length;
  if (r === 1) return [x];
  return [...positionAt(code, z, extents.slice(0, r - 2)), y, x];
}

/** Threads along each axis, and what a launch needs besides. */
export function parallelShape(
  grid: readonly [Idx, Idx, Idx],
  block: readonly [number, number, number],
): LaunchShape {
  return { grid, block, isParallel: true };
}
