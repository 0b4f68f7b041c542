/**
 * Chooses how a loop nest is vectorized: which dimension becomes lanes, how many lanes, and how many
 * copies of the body run together along which dimensions.
 */
import type { Value } from "@strata/ir";
import { collect } from "@strata/ir";
import { For, type Parallel } from "../ops.ts";
import { bodySize, hasForeignTypes, scalarCost, vectorCost, widestElement } from "./cost.ts";
import { reductionsOf } from "../reduction.ts";
import { NotVectorizable, type Shape, ShapeAnalysis } from "./shape.ts";

/** What a target's vector unit offers. */
export interface VectorTarget {
  /** Bits of a vector register. */
  readonly vectorBits: number;
  /** Number of vector registers. */
  readonly vectorRegisters: number;
  /** Whether f16 and bf16 have lanes. */
  readonly hasNarrowFloats: boolean;
}

/** A decision for one nest. */
export interface VectorPlan {
  readonly lanes: number;
  /** The nested reduction whose iterations become lanes; undefined: the nest's last dimension. */
  readonly laneLoop: For | undefined;
  /** Copies along the lanes' dimension (whole vectors). */
  readonly unroll: number;
  /** Copies along each dimension of the nest; 1 for those that are only looped over. */
  readonly jam: readonly number[];
  readonly shapes: ShapeAnalysis;
  readonly cost: number;
}

/** The bit of `Shape.copies` for copies along the lanes' dimension; dimension d of a nest has bit d + 1. */
export const laneDim = 0;

/** The cheapest plan for a parallel nest, or why there is none. */
export function planParallel(op: Parallel, target: VectorTarget): VectorPlan | NotVectorizable {
  const body = op.region;
  if (op.initVals.length > 0) return new NotVectorizable(op, "the nest reduces values");
  if (hasForeignTypes(body, target.hasNarrowFloats))
    return new NotVectorizable(op, "the body has types without lanes");
  const lanes = lanesFor(widestElement(body), target);
  if (lanes < 2) return new NotVectorizable(op, "an element fills a whole register");
  const rank = op.lowerBound.length;
  let failure: NotVectorizable | undefined;
  let best: VectorPlan | undefined;
  const consider = (laneLoop: For | undefined, unroll: number, jam: readonly number[]): void => {
    const plan = tryPlan(op, lanes, laneLoop, unroll, jam);
    if (plan instanceof NotVectorizable) failure ??= plan;
    else if (best === undefined || plan.cost < best.cost) best = plan;
  };
  const flat = new Array<number>(rank).fill(1);
  consider(undefined, 1, flat);
  const loops = nestedReductions(op);
  for (const loop of loops) if (collect(loop, For).length === 1) consider(loop, 1, flat);
  if (best === undefined) return failure ?? new NotVectorizable(op, "no dimension is suitable");
  if (best.cost >= scalarCost(body)) {
    return new NotVectorizable(op, "lanes would cost more than they save");
  }
  const { laneLoop } = best;
  const size = bodySize(body);
  const hasLoop = collect(op, For).length > 0;
  const last = rank - 1;
  const candidates: [number, number[]][] = [];
  if (hasLoop && size <= 24) {
    // Register tiles: values that one copy loads serve the others.
    const tile = (rows: number, columns: number): number[] =>
      flat.map((_, d) =>
        laneLoop === undefined
          ? d === last - 1
            ? rows
            : 1
          : d === last
            ? columns
            : d === last - 1
              ? rows
              : 1,
      );
    if (laneLoop === undefined) candidates.push([2, tile(4, 1)], [1, tile(4, 1)], [2, flat]);
    else candidates.push([1, tile(2, 2)], [2, tile(1, 2)], [2, flat]);
  } else if (!hasLoop && size <= 14) candidates.push([4, flat], [2, flat]);
  else if (!hasLoop && size <= 40) candidates.push([2, flat]);
  for (const [unroll, jam] of candidates) {
    const plan = tryPlan(op, lanes, laneLoop, unroll, jam);
    if (!(plan instanceof NotVectorizable)) return plan;
  }
  return best;
}

/** The plan for a reduction loop that stands in no parallel nest. */
export function planReduction(op: For, target: VectorTarget): VectorPlan | NotVectorizable {
  if (reductionsOf(op) === undefined)
    return new NotVectorizable(op, "the loop carries values in order");
  if (hasForeignTypes(op.region, target.hasNarrowFloats))
    return new NotVectorizable(op, "the body has types without lanes");
  const lanes = lanesFor(widestElement(op.region), target);
  if (lanes < 2) return new NotVectorizable(op, "an element fills a whole register");
  const size = bodySize(op.region);
  let failure: NotVectorizable | undefined;
  for (const unroll of size <= 6 ? [8, 4, 1] : size <= 16 ? [4, 1] : [1]) {
    const plan = tryReductionPlan(op, lanes, unroll);
    if (plan instanceof NotVectorizable) {
      failure = plan;
      continue;
    }
    if (plan.cost >= lanes * scalarCost(op.region)) {
      return new NotVectorizable(op, "lanes would cost more than they save");
    }
    return plan;
  }
  return failure ?? new NotVectorizable(op, "no plan is suitable");
}

function tryReductionPlan(op: For, lanes: number, unroll: number): VectorPlan | NotVectorizable {
  const shapes = new ShapeAnalysis(new Map(), op, 1 << laneDim, unroll > 1);
  try {
    shapes.outermost(op);
  } catch (e) {
    if (e instanceof NotVectorizable) return e;
    throw e;
  }
  const cost = vectorCost(op.region, shapes, lanes);
  return { lanes, laneLoop: op, unroll, jam: [], shapes, cost };
}

/** What a plan decides, without what follows from the code: data that a schedule can hold. */
export interface VectorChoice {
  readonly lanes: number;
  /** Copies along the lanes' dimension. */
  readonly unroll: number;
  /** Copies along each dimension of a parallel nest; empty for a reduction outside of nests. */
  readonly jam: readonly number[];
  /** Which of the reductions nested in a nest becomes lanes; undefined: its last dimension. */
  readonly laneLoop: number | undefined;
}

/** The reductions nested in a parallel nest, by which a choice counts. */
function nestedReductions(op: Parallel): For[] {
  return collect(op, For).filter((f) => reductionsOf(f) !== undefined);
}

/** The choice that a plan for a loop makes. */
export function choiceOf(loop: Parallel | For, plan: VectorPlan): VectorChoice {
  const { lanes, unroll, jam, laneLoop } = plan;
  const nested = loop instanceof For || laneLoop === undefined ? undefined : laneLoop;
  const at = nested === undefined ? undefined : nestedReductions(loop as Parallel).indexOf(nested);
  return { lanes, unroll, jam, laneLoop: at };
}

/** The plan that a choice makes for a loop, or why it does not fit. */
export function planChoice(
  loop: Parallel | For,
  choice: VectorChoice,
): VectorPlan | NotVectorizable {
  const { lanes, unroll, jam } = choice;
  const counts = [unroll, ...jam];
  if (!Number.isInteger(lanes) || lanes < 2 || !isPowerOfTwo(lanes)) {
    return new NotVectorizable(loop, `${lanes} lanes are no power of two above 1`);
  }
  if (counts.some((n) => !Number.isInteger(n) || n < 1 || n > mostCopies)) {
    return new NotVectorizable(loop, `copies are counted from 1 to ${mostCopies}`);
  }
  if (loop instanceof For) {
    if (jam.length > 0 || choice.laneLoop !== undefined) {
      return new NotVectorizable(loop, "a reduction outside of nests has one dimension, its own");
    }
    if (reductionsOf(loop) === undefined) {
      return new NotVectorizable(loop, "the loop carries values in order");
    }
    return tryReductionPlan(loop, lanes, unroll);
  }
  const rank = loop.lowerBound.length;
  if (jam.length !== rank) {
    return new NotVectorizable(loop, `the nest has ${rank} dimensions, not ${jam.length}`);
  }
  if (loop.initVals.length > 0) return new NotVectorizable(loop, "the nest reduces values");
  if (choice.laneLoop === undefined) {
    return jam[rank - 1] === 1
      ? tryPlan(loop, lanes, undefined, unroll, jam)
      : new NotVectorizable(loop, "the last dimension has lanes: its copies are those of `unroll`");
  }
  const reduction = nestedReductions(loop)[choice.laneLoop];
  if (reduction === undefined || collect(reduction, For).length > 1) {
    return new NotVectorizable(loop, `the nest has no innermost reduction ${choice.laneLoop}`);
  }
  return tryPlan(loop, lanes, reduction, unroll, jam);
}

/** More copies than this only make code grow. */
const mostCopies = 64;

const isPowerOfTwo = (n: number): boolean => 2 ** Math.round(Math.log2(n)) === n;

function lanesFor(elementBits: number, target: VectorTarget): number {
  return Math.floor(target.vectorBits / Math.max(elementBits, 8) / (elementBits === 0 ? 4 : 1));
}

function tryPlan(
  op: Parallel,
  lanes: number,
  laneLoop: For | undefined,
  unroll: number,
  jam: readonly number[],
): VectorPlan | NotVectorizable {
  const ivs = op.region.entry.args;
  const last = ivs.length - 1;
  const seeds = new Map<Value, Shape>();
  ivs.forEach((iv, d) => {
    const jammed = jam[d]! > 1 ? 1 << (d + 1) : 0;
    const own = laneLoop === undefined && d === last;
    seeds.set(iv, {
      lanes: own ? { kind: "linear", stride: 1 } : { kind: "uniform" },
      copies: jammed | (own && unroll > 1 ? 1 << laneDim : 0),
    });
  });
  const copied = unroll > 1 || jam.some((n) => n > 1);
  const laneBit = laneLoop !== undefined && unroll > 1 ? 1 << laneDim : 0;
  const shapes = new ShapeAnalysis(seeds, laneLoop, laneBit, copied);
  try {
    shapes.region(op.region);
  } catch (e) {
    if (e instanceof NotVectorizable) return e;
    throw e;
  }
  const total = vectorCost(op.region, shapes, lanes, laneLoop);
  // With a nested lane loop an iteration of the nest is one point, else as many as lanes.
  return {
    lanes,
    laneLoop,
    unroll,
    jam,
    shapes,
    cost: laneLoop === undefined ? total / lanes : total,
  };
}
