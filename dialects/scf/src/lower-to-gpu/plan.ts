/**
 * How many points of a parallel loop one thread computes: consecutive ones along the innermost
 * dimension where elements can be read as vectors, and rows along a dimension in which neighbours
 * read the same elements.
 */
import * as arith from "@strata/arith";
import { IndexType, type MemRefType, type Operation, type Value } from "@strata/ir";
import * as memref from "@strata/memref";
import { For, If, type Parallel, While } from "../ops.ts";
import { type Idx, known } from "./code.ts";
import { residentThreads, type GpuTarget } from "./target.ts";
import { elementBits, hasAlignedRows } from "./alignment.ts";

/** Copies of the body along each dimension; the last are vectors' lanes. */
export type TilePlan = readonly number[];

/** What is known of an index: an induction variable plus a constant, independent of all, or other. */
export type Index =
  | { readonly kind: "shifted"; readonly dim: number; readonly offset: number }
  | { readonly kind: "fixed" | "other" };

/** Operations that a thread may run in straight code. */
const straightOps = 640;
/** Values that a thread may keep at once: registers for about a thousand threads a processor. */
const keptValues = 64;

/** What a loop's body does, as far as tiles depend on it. */
export class BodyFacts {
  readonly #ivs: readonly Value[];
  readonly #dependent = new Set<Value>();
  /** Operations but constants and control, those of nested loops once. */
  operations = 0;
  hasLoops = false;
  hasBranches = false;
  readonly accesses: { op: memref.Load | memref.Store; indices: Index[]; inLoop: boolean }[] = [];

  constructor(op: Parallel) {
    this.#ivs = op.inductionVars;
    for (const v of this.#ivs) this.#dependent.add(v);
    for (const o of op.body.ops()) this.#see(o, false);
  }

  /** Bits of the widest element read or written. */
  get widestElement(): number {
    return Math.max(
      8,
      ...this.accesses.map(({ op }) => elementBits((op.memref.type as MemRefType).elementType)),
    );
  }

  #see(op: Operation, inLoop: boolean): void {
    if (op.operands.some((v) => this.#dependent.has(v)) || op.regions.length > 0) {
      for (const r of op.results) this.#dependent.add(r);
    }
    if (!(op instanceof arith.ConstantOp) && !op.definition.isTerminator) this.operations++;
    if (op instanceof memref.Load || op instanceof memref.Store) {
      this.accesses.push({ op, indices: op.indices.map((v) => this.#index(v)), inLoop });
      if (op instanceof memref.Load) this.#dependent.add(op.result);
    }
    if (op instanceof For || op instanceof While) this.hasLoops = true;
    if (op instanceof If) this.hasBranches = true;
    const inner = inLoop || op instanceof For || op instanceof While;
    for (const r of op.regions) {
      for (const b of r.blocks()) for (const o of b.ops()) this.#see(o, inner);
    }
  }

  #index(v: Value): Index {
    const dim = this.#ivs.indexOf(v);
    if (dim >= 0) return { kind: "shifted", dim, offset: 0 };
    const op = v.definingOp;
    if ((op instanceof arith.AddI || op instanceof arith.SubI) && v.type instanceof IndexType) {
      const [a, n] = [this.#index(op.lhs), known(op.rhs)];
      if (a.kind === "shifted" && n !== undefined) {
        return { ...a, offset: a.offset + (op instanceof arith.AddI ? n : -n) };
      }
      const [b, m] = [this.#index(op.rhs), known(op.lhs)];
      if (op instanceof arith.AddI && b.kind === "shifted" && m !== undefined) {
        return { ...b, offset: b.offset + m };
      }
    }
    return { kind: this.#dependent.has(v) ? "other" : "fixed" };
  }
}

/** The copies for one thread of a loop over `extents`. */
export function planTile(op: Parallel, extents: readonly Idx[], target: GpuTarget): TilePlan {
  const rank = extents.length;
  const last = rank - 1;
  const facts = new BodyFacts(op);
  const plan = new Array<number>(rank).fill(1);
  if (hasWhile(op)) return plan;
  const points = extents.reduce<number>((a, n) => a * (known(n) ?? 4096), 1);
  // Threads enough to hide latency come before work for each.
  const spare = points / residentThreads(target);
  const steps = op.step.map((v) => known(v));
  if (steps[last] === 1) plan[last] = lanesOf(op, facts, rank, spare);
  const dim = rowDim(facts, rank, steps);
  if (dim !== undefined) {
    const budget = Math.min(spare / plan[last]!, straightOps / (facts.operations * plan[last]!));
    const offsets = rowOffsets(facts, dim);
    const span = Math.max(...offsets) - Math.min(...offsets);
    const columns = columnSpan(facts, last);
    const lanes = plan[last]!;
    const width = lanes > 1 ? lanes * (columns > 0 ? 3 : 1) : columns + 1;
    for (let n = 8; n > 1; n /= 2) {
      // The window of rows read, and the results; more rows than it spans save little.
      const kept = span * width + n * lanes;
      if (n <= span && n <= budget && kept <= keptValues) {
        plan[dim] = n;
        break;
      }
    }
  }
  return plan;
}

/** Steps that a marching thread takes at most, and at least to be worth its start. */
const mostSteps = 32;
const leastSteps = 8;

/**
 * The dimension along which a thread marches through points, and its steps, where what it read for
 * one point serves the next, and planes are too large for the cache: an outer dimension, beside the two
 * that blocks spread over.
 */
export function planMarch(
  op: Parallel,
  extents: readonly Idx[],
  lanes: number,
  target: GpuTarget,
): { readonly dim: number; readonly steps: number } | undefined {
  const rank = extents.length;
  const facts = new BodyFacts(op);
  const isStraight = !facts.hasLoops && !facts.hasBranches && !hasWhile(op);
  if (rank < 3 || !isStraight || op.step.some((v) => known(v) !== 1)) return undefined;
  const points = extents.reduce<number>((a, n) => a * (known(n) ?? 0), 1);
  const steps = Math.min(mostSteps, Math.floor(points / lanes / (2 * residentThreads(target))));
  if (steps < leastSteps) return undefined;
  for (let dim = 0; dim < rank - 2; dim++) {
    const offsets = rowOffsets(facts, dim);
    if (offsets.length < 2 || known(extents[dim]!)! < leastSteps) continue;
    const planes = Math.max(...offsets) - Math.min(...offsets) + 1;
    const plane = extents.slice(dim + 1).reduce<number>((a, n) => a * known(n)!, 1);
    // What neighbours read soon after each other stays in the cache, and more threads do better.
    const bytes = (planes * plane * facts.widestElement) / 8;
    if (bytes > (target.cacheBytes ?? Infinity) / 2) return { dim, steps };
  }
  return undefined;
}

/** Whether neighbours along the dimension next to the innermost read the same elements. */
export function sharesRows(op: Parallel): boolean {
  const rank = op.inductionVars.length;
  return rank > 1 && new Set(rowOffsets(new BodyFacts(op), rank - 2)).size > 1;
}

function hasWhile(op: Parallel): boolean {
  const see = (o: Operation): boolean =>
    o instanceof While ||
    o.regions.some((r) => [...r.blocks()].some((b) => [...b.ops()].some(see)));
  return [...op.body.ops()].some(see);
}

/** Lanes of the vectors that most accesses fill. */
function lanesOf(op: Parallel, facts: BodyFacts, rank: number, spare: number): number {
  const lower = known(op.lowerBound[rank - 1]!);
  const contiguous = facts.accesses.filter(({ op: a, indices }) => {
    const x = indices[indices.length - 1];
    const outer = indices.slice(0, -1);
    return (
      x?.kind === "shifted" &&
      x.dim === rank - 1 &&
      outer.every((i) => i.kind === "fixed" || (i.kind === "shifted" && i.dim !== rank - 1)) &&
      !facts.hasBranches &&
      a.parentOp === op
    );
  });
  if (contiguous.length === 0 || lower === undefined) return 1;
  const widest = Math.max(
    ...contiguous.map(({ op: a }) => elementBits((a.memref.type as MemRefType).elementType)),
  );
  const size = facts.operations;
  for (let lanes = Math.min(128 / widest, 8); lanes > 1; lanes /= 2) {
    const fits = contiguous.every(({ op: a }) =>
      hasAlignedRows(a.memref.type as MemRefType, lanes),
    );
    if (fits && lanes <= spare && lanes * size <= straightOps) return lanes;
  }
  return 1;
}

/** The dimension, other than the innermost, in which most neighbours read the same elements. */
function rowDim(
  facts: BodyFacts,
  rank: number,
  steps: readonly (number | undefined)[],
): number | undefined {
  let best: number | undefined;
  let most = 1;
  for (let d = 0; d < rank - 1; d++) {
    const n = new Set(rowOffsets(facts, d)).size;
    if (steps[d] === 1 && n > most) [best, most] = [d, n];
  }
  return facts.hasBranches || facts.hasLoops ? undefined : best;
}

function rowOffsets(facts: BodyFacts, dim: number): number[] {
  const offsets = facts.accesses.flatMap(({ op, indices }) =>
    op instanceof memref.Load
      ? indices.flatMap((i) => (i.kind === "shifted" && i.dim === dim ? [i.offset] : []))
      : [],
  );
  return [...new Set(offsets)];
}

function columnSpan(facts: BodyFacts, dim: number): number {
  const offsets = rowOffsets(facts, dim);
  return offsets.length === 0 ? 0 : Math.max(...offsets) - Math.min(...offsets);
}
