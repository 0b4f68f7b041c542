/**
 * Parallel loops over the same rows that follow each other, in one launch with a block for each row.
 *
 * ```mlir
 * scf.parallel (%i) { %m = scf.for %j … maximumf … ; memref.store %m, %top[%i] }
 * scf.parallel (%i, %j) { … %x[%i, %j] … %top[%i] … ; memref.store …, %powers[%i, %j] }
 * // becomes one launch, a block for each %i:
 * // all threads combine the row; each keeps %m; each computes its part of the second loop
 * ```
 *
 * Invariant: buffers that only these loops use become memory of the block, or no memory at all.
 */
import { Builder, type MemRefType, type Operation, type Value, walk } from "@strata/ir";
import * as memref from "@strata/memref";
import type { Parallel } from "../ops.ts";
import { accessOf, type Aliases } from "../alias.ts";
import { Code, known } from "./code.ts";
import type { CombiningNest } from "./combine.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { kernelHint } from "./map.ts";
import { tripsOf } from "./row-cost.ts";
import { groupCopy, groupNests, threadsForRow } from "./rows.ts";
import type { GpuTarget } from "./target.ts";
import { elementBits, hasAlignedRows } from "./alignment.ts";
import { TileEmitter } from "./tile.ts";

/** Loops over the same rows, each of which needs of the others only what they did to its row. */
export interface RowLoops {
  readonly loops: readonly Parallel[];
  /** Pure operations between the loops, which go in front of the launch. */
  readonly between: readonly Operation[];
}

/** Columns of rows that are worth a block. */
const leastColumns = 64;

/** The longest sequence of loops from `first` on that one launch can run; undefined if it is alone. */
export function tryRowLoops(
  first: Parallel,
  target: GpuTarget,
  aliases: Aliases,
): RowLoops | undefined {
  const loops: Parallel[] = [];
  const between: Operation[] = [];
  const passed: Operation[] = [];
  let end = 0;
  let columns = 0;
  for (let op: Operation | null = first; op !== null; op = op.next) {
    if (op.name === "scf.parallel") {
      const loop = op as Parallel;
      if (!hasRowShape(loop, first) || !isRowLocal([...loops, loop], aliases)) break;
      const n = columnsOf(loop);
      if (n !== undefined) columns = Math.max(columns, n);
      loops.push(loop);
      between.push(...passed.splice(0));
      end = loops.length;
    } else if (isScalar(op)) passed.push(op);
    else break;
  }
  const kept = loops.slice(0, end);
  const reduces = kept.some((l) => groupNests(l)!.size > 0);
  if (kept.length < 2 || !reduces || columns < leastColumns || !target.hasShuffle) return undefined;
  return { loops: kept, between };
}

function isScalar(op: Operation): boolean {
  return op.name.startsWith("arith.") && op.regions.length === 0;
}

/** Whether a loop runs over the rows of the first one, as a reduction of each or over its columns. */
function hasRowShape(op: Parallel, first: Parallel): boolean {
  const same = (a: Value, b: Value): boolean =>
    a === b || (known(a) !== undefined && known(a) === known(b));
  const rank = op.lowerBound.length;
  if (rank > 2 || op.initVals.length > 0) return false;
  if (!same(op.lowerBound[0]!, first.lowerBound[0]!)) return false;
  if (!same(op.upperBound[0]!, first.upperBound[0]!) || !same(op.step[0]!, first.step[0]!)) {
    return false;
  }
  const nests = groupNests(op);
  return nests !== undefined && (rank === 2 ? nests.size === 0 : true);
}

/** Elements of a row that a loop visits; undefined when not known. */
function columnsOf(op: Parallel): number | undefined {
  if (op.lowerBound.length === 2) {
    const [lower, upper] = [known(op.lowerBound[1]!), known(op.upperBound[1]!)];
    return lower === undefined || upper === undefined ? 1024 : upper - lower;
  }
  const trips = [...(groupNests(op) ?? new Map<Operation, CombiningNest>()).values()].map(tripsOf);
  return trips.length === 0 ? undefined : Math.max(...trips);
}

/** Whether each loop touches what the others write in its own row only. */
function isRowLocal(loops: readonly Parallel[], aliases: Aliases): boolean {
  const accesses = loops.flatMap((loop) => {
    const own: { loop: Parallel; access: NonNullable<ReturnType<typeof accessOf>> }[] = [];
    walk(loop, (o) => {
      const access = accessOf(o);
      if (access !== undefined) own.push({ loop, access });
    });
    return own;
  });
  const written = new Set(accesses.filter((a) => a.access.writes).map((a) => a.access.buffer));
  return accesses.every(({ loop, access }) =>
    [...written].every((w) =>
      w === access.buffer
        ? access.indices[0] === loop.inductionVars[0]
        : !aliases.may(w, access.buffer),
    ),
  );
}

/**
 * Lowers loops over the same rows in front of the first of them, with a block for each row; gives
 * the buffers that only these loops used.
 */
export function lowerRowLoops(host: Builder, rows: RowLoops, kernels: Kernels): Value[] {
  const { loops } = rows;
  const [first] = loops;
  const code = new Code(host);
  const { target } = kernels;
  const columns = Math.max(...loops.map((l) => columnsOf(l) ?? 1));
  const threads = threadsForRow(columns, target);
  const [lower, upper, step] = [first!.lowerBound[0]!, first!.upperBound[0]!, first!.step[0]!];
  const privates = privateBuffers(rows);
  const shape = {
    grid: [code.trips(lower, upper, step), 1, 1],
    block: [threads, 1, 1],
    isParallel: true,
  } as const;
  kernels.launch(host, kernelHint(loops[loops.length - 1]!), shape, (k) => {
    const c = k.code;
    const row = c.value(c.add(lower, c.mul(k.block(0), step)));
    const state = new RowState(k, privates);
    for (const loop of loops) state.run(loop, row);
  });
  return privates;
}

const isFree = (op: Operation): boolean =>
  op.name === "gpu.dealloc" || op.name === "memref.dealloc";

function isFreed(op: Operation, loops: readonly Parallel[]): boolean {
  return isFree(op) || loops.some((l) => l.isAncestorOf(op));
}

/** Allocated buffers that nothing but these loops uses. */
function privateBuffers(rows: RowLoops): Value[] {
  const seen = new Set<Value>();
  for (const l of rows.loops) {
    walk(l, (o) => {
      const a = accessOf(o);
      if (a?.writes === true) seen.add(a.buffer);
    });
  }
  return [...seen].filter((v) => {
    const d = v.definingOp;
    if (d === undefined || d.name !== "gpu.alloc" || d.parent !== rows.loops[0]!.parent)
      return false;
    return v.users().every((u) => isFreed(u, rows.loops));
  });
}

/** What the threads of a row's block know while they run one loop after another. */
class RowState {
  readonly #k: Kernel;
  readonly #privates: readonly Value[];
  /** Buffers of the block that stand for a row of a private buffer. */
  readonly #kept = new Map<Value, Value>();
  /** Elements, one for each row, that every thread holds. */
  readonly #scalars = new Map<Value, Value>();
  #needsBarrier = false;

  constructor(k: Kernel, privates: readonly Value[]) {
    this.#k = k;
    this.#privates = privates;
    let left = k.target.sharedBytes - 2048;
    for (const p of privates) {
      const { rank, shape, elementType } = p.type as MemRefType;
      const bytes = (shape[1] ?? 0) * Math.max(1, elementBits(elementType) / 8);
      if (rank !== 2 || bytes <= 0 || bytes > left) continue;
      left -= bytes;
      this.#kept.set(p, k.share([shape[1]!], elementType));
    }
  }

  /** Runs a loop's code for a row. */
  run(loop: Parallel, row: Value): void {
    if (this.#needsBarrier) this.#k.barrier();
    this.#needsBarrier = false;
    this.#redirect(loop);
    if (loop.lowerBound.length === 1) this.#reduce(loop, row);
    else this.#map(loop, row);
  }

  /** Makes a loop read and write what stands for its row's elements in the kernel. */
  #redirect(loop: Parallel): void {
    const accesses: (memref.Load | memref.Store)[] = [];
    walk(loop, (o) => {
      if (o instanceof memref.Load || o instanceof memref.Store) accesses.push(o);
    });
    for (const o of accesses) {
      const scalar = this.#scalars.get(o.memref);
      const kept = this.#kept.get(o.memref);
      const code = new Code(Builder.before(o));
      if (o instanceof memref.Load && scalar !== undefined) o.replaceWith([scalar]);
      else if (kept !== undefined && o instanceof memref.Load) {
        o.replaceWith([code.load(kept, o.indices.slice(1))]);
      } else if (kept !== undefined && o instanceof memref.Store) {
        code.store(o.value, kept, o.indices.slice(1));
        o.erase();
      }
    }
  }

  /** A loop over the rows: all threads compute its body together. */
  #reduce(loop: Parallel, row: Value): void {
    const k = this.#k;
    const copy = groupCopy(k, "block", k.thread(0), groupNests(loop)!, (op, value) => {
      const isRows = op.indices.length === 1 && op.indices[0] === loop.inductionVars[0];
      if (isRows) this.#scalars.set(op.memref, value);
      // Nothing else reads a buffer of these loops alone.
      if (isRows && this.#privates.includes(op.memref)) return true;
      this.#needsBarrier = true;
      return false;
    });
    copy.define(loop.inductionVars[0]!, row);
    copy.emit(loop.body);
  }

  /** A loop over rows and columns: each thread computes some columns. */
  #map(loop: Parallel, row: Value): void {
    const k = this.#k;
    const { code } = k;
    const [lower, upper, step] = [loop.lowerBound[1]!, loop.upperBound[1]!, loop.step[1]!];
    const lanes = columnLanes(loop);
    const distance = code.mul(step, lanes);
    const first = code.add(lower, code.mul(k.thread(0), distance));
    this.#needsBarrier = true;
    code.for(first, upper, code.mul(distance, k.threads), [], (column) => {
      const emitter = new TileEmitter(code, lanes, lanes);
      const offsets = Array.from({ length: lanes }, (_, i) => i);
      emitter.define(loop.inductionVars[0]!, new Array<Value>(lanes).fill(row));
      emitter.seed(loop.inductionVars[1]!, column, offsets, lanes > 1);
      emitter.emit(loop.body);
    });
  }
}

/** Lanes in which the columns of a loop can be read and written as whole vectors. */
function columnLanes(loop: Parallel): number {
  const [, column] = loop.inductionVars;
  const upper = known(loop.upperBound[1]!);
  if (known(loop.lowerBound[1]!) !== 0 || known(loop.step[1]!) !== 1) return 1;
  const types: MemRefType[] = [];
  let isStraight = upper !== undefined;
  for (const top of loop.body.ops()) {
    if (top.regions.length > 0 && top !== loop.body.lastOp) isStraight = false;
    const a = accessOf(top);
    const last = a?.indices[a.indices.length - 1];
    if (last === column) types.push(a!.buffer.type as MemRefType);
    else if (last !== undefined && last.definingOp?.operands.includes(column!) === true) {
      isStraight = false;
    }
  }
  if (!isStraight || types.length === 0) return 1;
  const widest = Math.max(...types.map((t) => elementBits(t.elementType)));
  for (let lanes = Math.min(128 / widest, 4); lanes > 1; lanes /= 2) {
    if (upper! % lanes === 0 && types.every((t) => hasAlignedRows(t, lanes))) return lanes;
  }
  return 1;
}
