/**
 * The width that indices need in a kernel: 32 bits where no index and no position of an element
 * leaves them, by an analysis of intervals.
 */
import * as arith from "@strata/arith";
import * as gpu from "@strata/gpu";
import {
  type Block,
  BlockArgument,
  IndexType,
  IntegerAttr,
  IntegerType,
  MemRefType,
  OpResult,
  type Operation,
  type Value,
  walk,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { For, If } from "../ops.ts";
import { known } from "./code.ts";
import type { LaunchShape } from "./kernel.ts";

/** Numbers from `min` to `max`. */
interface Interval {
  readonly min: number;
  readonly max: number;
}

const most = 2 ** 31 - 1;
const fits = (i: Interval | undefined): i is Interval =>
  i !== undefined && i.min >= -most - 1 && i.max <= most;
const union = (a: Interval | undefined, b: Interval | undefined): Interval | undefined =>
  a === undefined || b === undefined
    ? undefined
    : { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };

/** Intervals of indices; undefined: not known to be bounded. */
class Intervals {
  readonly #found = new Map<Value, Interval | undefined>();
  readonly #shape: LaunchShape;

  constructor(shape: LaunchShape) {
    this.#shape = shape;
  }

  bind(v: Value, i: Interval | undefined): void {
    this.#found.set(v, i);
  }

  of(v: Value): Interval | undefined {
    if (this.#found.has(v)) return this.#found.get(v);
    // A value that depends on itself through a loop is not bounded.
    this.#found.set(v, undefined);
    const i = this.#compute(v);
    this.#found.set(v, i);
    return i;
  }

  #compute(v: Value): Interval | undefined {
    if (v instanceof BlockArgument) {
      const op = v.parentBlock.parentOp;
      if (!(op instanceof For) || op.inductionVar !== v) return undefined;
      const [lower, upper] = [this.of(op.lowerBound), this.of(op.upperBound)];
      if (lower === undefined || upper === undefined) return undefined;
      return { min: lower.min, max: Math.max(lower.min, upper.max - 1) };
    }
    return v instanceof OpResult ? this.#result(v.definingOp, v) : undefined;
  }

  #ids(op: gpu.ThreadId | gpu.BlockId | gpu.GridDim): Interval | undefined {
    const axis = ["x", "y", "z"].indexOf(op.dimension.value);
    const block = this.#shape.block[axis]!;
    if (op instanceof gpu.ThreadId) return { min: 0, max: block - 1 };
    const blocks = this.#shape.grid[axis]!;
    const i = typeof blocks === "number" ? { min: blocks, max: blocks } : this.of(blocks);
    if (i === undefined) return { min: 0, max: most };
    return { min: 0, max: op instanceof gpu.BlockId ? Math.max(0, i.max - 1) : i.max };
  }

  #result(op: Operation, v: OpResult): Interval | undefined {
    if (op instanceof gpu.ThreadId || op instanceof gpu.BlockId || op instanceof gpu.GridDim) {
      return this.#ids(op);
    }
    if (op instanceof arith.ConstantOp) {
      if (!(op.value instanceof IntegerAttr)) return undefined;
      const n = Number(op.value.value);
      return { min: n, max: n };
    }
    if (op instanceof arith.IndexCast) {
      const t = op.in.type;
      if (!(t instanceof IntegerType)) return undefined;
      const inner = this.of(op.in);
      return inner ?? { min: -(2 ** (t.width - 1)), max: 2 ** (t.width - 1) - 1 };
    }
    if (op instanceof arith.IndexCastUI) {
      const t = op.in.type;
      return t instanceof IntegerType ? { min: 0, max: 2 ** t.width - 1 } : undefined;
    }
    if (op instanceof arith.ExtUI) {
      const t = op.in.type;
      return t instanceof IntegerType ? { min: 0, max: 2 ** t.width - 1 } : undefined;
    }
    if (op instanceof arith.SelectOp) return union(this.of(op.true_value), this.of(op.false_value));
    if (op instanceof If) {
      const i = op.results.indexOf(v);
      const [a, b] = [op.thenRegion, op.elseRegion].map((r) => this.of(r.entry.lastOp!.operand(i)));
      return union(a, b);
    }
    if (op.numOperands !== 2 || !(v.type instanceof IndexType)) return undefined;
    const [a, b] = [this.of(op.operand(0)), this.of(op.operand(1))];
    return binary(op, a, b);
  }
}

function binary(
  op: Operation,
  a: Interval | undefined,
  b: Interval | undefined,
): Interval | undefined {
  // A bound on one side bounds these.
  if (op instanceof arith.RemSI || op instanceof arith.RemUI) {
    // The remainder of a division by zero is the dividend, where it is anything.
    if (a === undefined || b === undefined || b.min < 0) return undefined;
    if (op instanceof arith.RemUI && a.min < 0) return undefined;
    const low = a.min >= 0 ? 0 : b.min > 0 ? 1 - b.max : Math.min(1 - b.max, a.min);
    return { min: low, max: b.min > 0 ? b.max - 1 : Math.max(b.max - 1, a.max) };
  }
  if (a === undefined || b === undefined) return undefined;
  const unsigned = a.min >= 0 && b.min >= 0;
  if (op instanceof arith.AddI) return { min: a.min + b.min, max: a.max + b.max };
  if (op instanceof arith.SubI) return { min: a.min - b.max, max: a.max - b.min };
  if (op instanceof arith.MulI) {
    const all = [a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max];
    return { min: Math.min(...all), max: Math.max(...all) };
  }
  if (op instanceof arith.MinSI || (op instanceof arith.MinUI && unsigned)) {
    return { min: Math.min(a.min, b.min), max: Math.min(a.max, b.max) };
  }
  if (op instanceof arith.MaxSI || (op instanceof arith.MaxUI && unsigned)) {
    return { min: Math.max(a.min, b.min), max: Math.max(a.max, b.max) };
  }
  const divides =
    op instanceof arith.DivSI || op instanceof arith.FloorDivSI || op instanceof arith.CeilDivSI;
  if (divides && b.min > 0) {
    return { min: Math.min(a.min, 0), max: Math.max(a.max, 0) };
  }
  if ((op instanceof arith.DivUI || op instanceof arith.CeilDivUI) && unsigned) {
    return { min: 0, max: a.max };
  }
  return undefined;
}

/** Bits of an index in a kernel whose parameters stand for the values `captured`. */
export function indexBits(entry: Block, captured: readonly Value[], shape: LaunchShape): 32 | 64 {
  const intervals = new Intervals(shape);
  let narrow = shape.grid.every((n) => typeof n !== "number" || n <= most);
  captured.forEach((v, i) => {
    const arg = entry.args[i]!;
    if (v.type instanceof MemRefType) {
      const { shape: extents } = v.type;
      narrow &&= extents.every((n) => n >= 0) && extents.reduce((a, n) => a * n, 1) <= most;
    } else if (v.type instanceof IndexType) {
      const interval = intervals.of(v);
      intervals.bind(arg, interval);
      narrow &&= fits(interval);
    }
  });
  const check = (v: Value): void => {
    if (v.type instanceof IndexType && !fits(intervals.of(v))) narrow = false;
  };
  for (const top of entry.ops()) {
    if (!narrow) break;
    walk(top, (op) => {
      if (!(op instanceof memref.Dim)) op.results.forEach(check);
      for (const r of op.regions) for (const b of r.blocks()) b.args.forEach(check);
      if (!(op instanceof For) || !(op.upperBound.type instanceof IndexType)) return;
      // The induction variable steps past the bound before the loop ends.
      const [upper, step] = [intervals.of(op.upperBound), intervals.of(op.step)];
      const past = (upper?.max ?? Infinity) + (step?.max ?? Infinity);
      narrow &&= past <= most;
    });
  }
  return narrow ? 32 : 64;
}

/** A number that an index surely stays below or equals; undefined when none is known. */
export function greatest(v: Value | number): number | undefined {
  const n = known(v);
  if (n !== undefined || typeof v === "number") return n;
  return new Intervals({ grid: [1, 1, 1], block: [1, 1, 1], isParallel: true }).of(v)?.max;
}
