/**
 * Parallel loops, one thread for each point.
 *
 * ```mlir
 * scf.parallel (%i) = (%c0) to (%n) step (%c1) { … }
 * // becomes
 * %blocks = … ⌈n / 256⌉
 * gpu.launch_func @f_gpu::@f_out blocks in (%blocks, …) threads in (%c256, …) args(…)
 * gpu.func @f_out(…) kernel {
 *   %i = block_id · 256 + thread_id
 *   scf.if (%i < %n) { … }
 * }
 * ```
 */
import {
  Block,
  type Builder,
  type MemRefType,
  nameHintOf,
  Region,
  type Value,
  walk,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { ScalarCopy } from "../scalar-copy.ts";
import { If, type Parallel, Yield } from "../ops.ts";
import { collapseLoop } from "./collapse.ts";
import { Code, type Idx, known } from "./code.ts";
import {
  type Domain,
  domainOf,
  gridExtents,
  gridFor,
  overTiles,
  parallelShape,
  unfold,
} from "./domain.ts";
import { emitPoint, type IndependentLoops, pointBlocks } from "./independent.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { emitMarch } from "./march.ts";
import { planMarch, planTile, sharesRows, type TilePlan } from "./plan.ts";
import { type GpuTarget, usualBlock } from "./target.ts";
import { TileEmitter, type VectorReach } from "./tile.ts";

/** A name for the kernel of a loop: that of a buffer it writes. */
export function kernelHint(op: Parallel): string {
  let hint: string | undefined;
  walk(op, (o) => {
    if (o instanceof memref.Store) hint ??= nameHintOf(o.memref);
  });
  return hint ?? "map";
}

/** The smallest power of two that is not below `n`. */
export function powerOfTwo(n: number): number {
  let p = 1;
  while (p < n) p *= 2;
  return p;
}

/**
 * Threads of a block along x and y. Blocks that are nearly square share what neighbouring rows read;
 * long ones read longer parts of each row. Whichever is wanted, few threads shall be idle.
 */
export function blockShape(
  threads: number,
  extents: readonly Idx[],
  sharesRows: boolean,
): [number, number, 1] {
  if (extents.length === 1) return [threads, 1, 1];
  const [n, m] = [known(extents[extents.length - 1]!), known(extents[extents.length - 2]!)];
  const wanted = Math.min(threads, sharesRows ? 32 : 128);
  let best = wanted;
  let least = Infinity;
  for (let x = 1; x <= threads; x *= 2) {
    const waste = (extent: number | undefined, size: number): number =>
      extent === undefined ? 1 : (Math.ceil(extent / size) * size) / Math.max(1, extent);
    const distance = 0.02 * Math.abs(Math.log2(x / wanted));
    // Short rows of threads read parts of cache lines.
    const short = x < 8 ? 0.2 : 0;
    const cost = waste(n, x) * waste(m, threads / x) + distance + short;
    if (cost < least) [best, least] = [x, cost];
  }
  return [best, threads / best, 1];
}

/** Lowers a parallel loop in front of itself, together with a border where there is one. */
export function lowerMap(
  host: Builder,
  loop: Parallel,
  kernels: Kernels,
  border?: IndependentLoops,
): void {
  const op = border === undefined ? collapseLoop(loop) : loop;
  const code = new Code(host);
  const domain = domainOf(code, op);
  const plan = planPoints(op, domain, kernels.target);
  const tiling = tilingOf(code, op, domain, plan.copies);
  const block = blockShape(usualBlock(kernels.target), tiling.tiles, sharesRows(op));
  const all = gridExtents(code, tiling.tiles);
  const own = gridFor(code, all, block);
  const extra = border === undefined ? undefined : borderRows(code, border, own, block);
  const grid: [Idx, Idx, Idx] = extra === undefined ? own : [own[0], extra.end, own[2]];
  const points = (k: Kernel): void => {
    const inner = k.code;
    const x = inner.add(inner.mul(k.block(0), block[0]), k.thread(0));
    overTiles(k, 2, all[2], 1, (z) => {
      overTiles(k, 1, all[1], block[1], (y0) => {
        const y = inner.add(y0, k.thread(1));
        const conditions: Value[] = [];
        if (!covers(all[0], block[0])) conditions.push(inner.compare("slt", x, all[0]));
        if (block[1] > 1 && !covers(all[1], block[1])) {
          conditions.push(inner.compare("slt", y, all[1]));
        }
        const emit = (): void => {
          const at = unfold(inner, tiling.tiles, x, y, z);
          const firsts = at.map((t, d) =>
            inner.add(tiling.origin[d]!, inner.mul(t, tiling.distance[d]!)),
          );
          emitTile(inner, op, plan, inner.values(firsts));
        };
        if (conditions.length === 0) emit();
        else inner.if(inner.all(conditions), emit);
      });
    });
  };
  kernels.launch(host, kernelHint(op), parallelShape(grid, block), (k) => {
    if (extra === undefined || border === undefined) points(k);
    else {
      const { code: c } = k;
      c.if(
        c.compare("slt", k.block(1), extra.start),
        () => points(k),
        () => emitBorder(k, border, extra),
      );
    }
  });
  if (op !== loop) {
    op.dropAllReferences();
    op.erase();
  }
}

/** Rows of blocks behind those of a loop that compute its border. */
interface BorderRows {
  readonly start: number;
  readonly end: number;
  /** Blocks of a row along x, of a selection, and of all selections. */
  readonly width: number;
  readonly each: number;
  readonly all: number;
  /** Whether no block is left over. */
  readonly isExact: boolean;
}

function borderRows(
  code: Code,
  border: IndependentLoops,
  own: readonly Idx[],
  block: readonly number[],
): BorderRows | undefined {
  const { each, selections } = pointBlocks(code, border, block[0]! * block[1]!);
  const [x, y, z, n] = [...own, each].map(known);
  if (x === undefined || y === undefined || z === undefined || n === undefined) return undefined;
  const rows = Math.ceil((n * selections) / Math.max(1, x * z));
  const fits = x > 0 && z > 0 && n > 0 && y + rows <= 65535;
  const all = n * selections;
  const isExact = rows * x * z === all;
  return fits ? { start: y, end: y + rows, width: x, each: n, all, isExact } : undefined;
}

/** Whether a border can be computed in the launch of its loop. */
export function joinsBorder(
  host: Builder,
  op: Parallel,
  border: IndependentLoops,
  kernels: Kernels,
): boolean {
  const code = new Code(host);
  const domain = domainOf(code, op);
  const { copies } = planPoints(op, domain, kernels.target);
  const tiling = tilingOf(code, op, domain, copies);
  const block = blockShape(usualBlock(kernels.target), tiling.tiles, sharesRows(op));
  const own = gridFor(code, gridExtents(code, tiling.tiles), block);
  return borderRows(code, border, own, block) !== undefined;
}

function emitBorder(k: Kernel, border: IndependentLoops, rows: BorderRows): void {
  const { code } = k;
  // Not negative here; saying so keeps indices narrow.
  const row = code.max(code.sub(k.block(1), rows.start), 0);
  const line = code.add(code.mul(k.block(2), rows.end - rows.start), row);
  const number = code.add(code.mul(line, rows.width), k.block(0));
  const selected = code.div(number, rows.each);
  const thread = code.add(code.mul(k.thread(1), k.shape.block[0]), k.thread(0));
  const point = code.add(code.mul(code.rem(number, rows.each), k.threads), thread);
  const emit = (): void => emitPoint(code, border, selected, point);
  if (rows.isExact) emit();
  else code.if(code.compare("slt", number, rows.all), emit);
}

/** Whether tiles of a size fill an extent exactly. */
function covers(extent: Idx, size: number): boolean {
  const n = known(extent);
  return n !== undefined && n % size === 0;
}

/** The points of one thread: along each dimension, and along which one it marches. */
interface PointPlan {
  readonly copies: TilePlan;
  readonly march: number | undefined;
}

function planPoints(op: Parallel, domain: Domain, target: GpuTarget): PointPlan {
  const copies = planTile(op, domain.extents, target);
  const last = copies.length - 1;
  const march = planMarch(op, domain.extents, copies[last]!, target);
  if (march === undefined) return { copies, march: undefined };
  const steps = copies.map((n, d) => (d === march.dim ? march.steps : d === last ? n : 1));
  return { copies: steps, march: march.dim };
}

/** The tiles of a domain: where the first starts, how far they are apart, how many there are. */
interface Tiling {
  readonly origin: readonly Idx[];
  readonly distance: readonly Idx[];
  readonly tiles: readonly Idx[];
}

function tilingOf(code: Code, op: Parallel, domain: Domain, copies: TilePlan): Tiling {
  const last = copies.length - 1;
  const origin = domain.lower.map((lower, d): Idx => {
    // Vectors start at multiples of their length.
    const n = copies[d]!;
    return d === last && n > 1 ? Math.floor(known(lower)! / n) * n : lower;
  });
  const distance = domain.step.map((s, d) => code.mul(s, copies[d]!));
  const tiles = domain.extents.map((n, d): Idx => {
    if (d !== last || copies[d] === 1) return code.ceilDiv(n, copies[d]!);
    return code.trips(origin[d]!, op.upperBound[d]!, copies[d]!);
  });
  return { origin, distance, tiles };
}

/** Emits a thread's points: all copies together where they lie inside, else one after another. */
function emitTile(code: Code, op: Parallel, plan: PointPlan, firsts: readonly Value[]): void {
  const { copies, march } = plan;
  // A marching thread has one point at a time along its way.
  const atOnce = copies.map((n, d) => (d === march ? 1 : n));
  const count = atOnce.reduce((a, n) => a * n, 1);
  const scalar = (ivs: readonly Value[]): void => {
    const copy = new ScalarCopy(code.b, (v) => v);
    op.inductionVars.forEach((iv, d) => copy.define(iv, ivs[d]!));
    copy.emit(op.body);
  };
  if (count === 1 && march === undefined) {
    scalar(firsts);
    return;
  }
  const last = copies.length - 1;
  const lanes = copies[last]!;
  const emitterAt = (ivs: readonly Value[]): TileEmitter => {
    const emitter = new TileEmitter(code, lanes, count);
    atOnce.forEach((n, d) => {
      const below = atOnce.slice(d + 1).reduce((a, m) => a * m, 1);
      const offsets = Array.from({ length: count }, (_, c) => Math.floor(c / below) % n);
      emitter.seed(op.inductionVars[d]!, ivs[d]!, offsets, d === last && lanes > 1);
    });
    return emitter;
  };
  const whole = new Block();
  let reach: readonly VectorReach[] = [];
  code.b.saved(() => {
    code.b.setToEnd(whole);
    if (march === undefined) {
      const emitter = emitterAt(firsts);
      emitter.emit(op.body);
      reach = emitter.reach;
    } else reach = emitMarch(code, op, march, copies[march]!, count, firsts, emitterAt);
    code.b.insert(Yield.of({ values: [] }));
  });
  const conditions = insideConditions(code, op, atOnce, firsts, reach);
  if (conditions.length === 0) {
    whole.lastOp!.erase();
    while (whole.firstOp !== null) {
      const o = whole.firstOp;
      whole.remove(o);
      code.b.insert(o);
    }
    return;
  }
  const edge = new Block();
  const condition = code.all(conditions);
  code.b.saved(() => {
    code.b.setToEnd(edge);
    const level = (d: number, ivs: readonly Value[]): void => {
      if (d === copies.length) {
        scalar(ivs);
      } else if (copies[d] === 1) level(d + 1, [...ivs, firsts[d]!]);
      else {
        const from = code.max(firsts[d]!, op.lowerBound[d]!);
        const to = code.min(code.add(firsts[d]!, copies[d]!), op.upperBound[d]!);
        code.for(from, to, 1, [], (iv) => level(d + 1, [...ivs, iv]));
      }
    };
    level(0, []);
    code.b.insert(Yield.of({ values: [] }));
  });
  const [thenRegion, elseRegion] = [new Region([whole]), new Region([edge])];
  code.b.insert(If.of({ condition, thenRegion, elseRegion }, { types: { outs: [] } }));
}

/** What must hold for a thread's points, and the vectors read around them, to lie inside. */
function insideConditions(
  code: Code,
  op: Parallel,
  copies: TilePlan,
  firsts: readonly Value[],
  reach: readonly VectorReach[],
): Value[] {
  const out: Value[] = [];
  const last = copies.length - 1;
  const lanes = copies[last]!;
  let least: Idx = 0;
  copies.forEach((n, d) => {
    if (n === 1) return;
    const [lower, upper] = [known(op.lowerBound[d]!), known(op.upperBound[d]!)];
    const start = d === last ? Math.floor((lower ?? 0) / n) * n : lower;
    const fills = upper !== undefined && start !== undefined && (upper - start) % n === 0;
    if (!fills) out.push(code.compare("sle", code.add(firsts[d]!, n), op.upperBound[d]!));
    if (d === last && start !== lower) least = code.max(least, op.lowerBound[d]!);
  });
  for (const r of reach) {
    if (r.first < 0) least = code.max(least, -r.first * lanes);
    if (r.end <= 1) continue;
    const extent = r.extent ?? dimOf(code, r.buffer);
    out.push(code.compare("sle", code.add(firsts[last]!, r.end * lanes), extent));
  }
  if (known(least) !== 0) out.push(code.compare("sge", firsts[last]!, least));
  return out;
}

function dimOf(code: Code, buffer: Value): Value {
  const rank = (buffer.type as MemRefType).rank;
  return code.insert(memref.Dim.of({ source: buffer, index: code.value(rank - 1) }));
}
