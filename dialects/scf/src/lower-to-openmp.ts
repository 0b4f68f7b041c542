/**
 * `scf.parallel` to `omp`: loops that nothing else makes parallel are dealt out to a team of threads.
 *
 * ```mlir
 * scf.parallel (%i, %j) = (%c0, %c0) to (%n, %m) step (%c1, %c1) { … }
 * // becomes, where an iteration is worth 7 instructions
 * %work = … : index                            // %n · %m · 7
 * %many = arith.cmpi sge, %work, %threshold : index
 * omp.parallel if(%many) {
 *   omp.wsloop {
 *     omp.loop_nest (%i) : index = (%c0) to (%n) step (%c1) {
 *       scf.for %j = %c0 to %m step %c1 { … }
 *       omp.yield
 *     }
 *   }
 *   omp.terminator
 * }
 * ```
 *
 * The innermost dimension of a nest stays a loop of its own, which machines like. A loop whose work
 * is known to be small stays as it is; else the decision is made when it runs.
 */
import * as arith from "@strata/arith";
import {
  type BlockArgument,
  Builder,
  collect,
  i1,
  IntegerAttr,
  MemRefType,
  ModuleOp,
  type Operation,
  type Region,
  type Value,
} from "@strata/ir";
import { FuncOp } from "@strata/func";
import * as memref from "@strata/memref";
import * as omp from "@strata/omp";
import { definePass, type PassDefinition, u32 } from "@strata/pass";
import { buildFor } from "./build.ts";
import { type RowLoop, sequentialRows } from "./fuse-loops.ts";
import { type PanelLoop, sequentialPanels } from "./pack-panels.ts";
import { sharePoints } from "./lower-to-openmp/point-loops.ts";
import { shareReduction } from "./lower-to-openmp/reduction-loops.ts";
import { declareReductions, hasFreeOrder } from "./lower-to-openmp/reductions.ts";
import { buildTeamLoop } from "./lower-to-openmp/team.ts";
import { knownWork, workOf } from "./lower-to-openmp/work.ts";
import { Aliases } from "./alias.ts";
import { ApartBuffers } from "./apart.ts";
import { tryIndependent } from "./independent.ts";
import { For, Parallel } from "./ops.ts";

/** How loops are dealt out. */
export interface ParallelizeOptions {
  /** Instructions from which a team of threads is worth its start. */
  readonly threshold?: number;
}

/** What a team's start costs, about ten microseconds. */
export const defaultThreshold = 32768;

/** Whether something around an op already runs it on several threads. */
function isInsideParallel(op: Operation): boolean {
  for (let o = op.parentOp; o !== null; o = o.parentOp) {
    if (o instanceof Parallel || o instanceof omp.Parallel) return true;
  }
  return false;
}

/** Rows of fused nests, dealt out to threads. */
export function sharedRows({ threshold = defaultThreshold }: ParallelizeOptions = {}): RowLoop {
  return (b, nest, dims, prepare, body, finish) => {
    const work = workOf(nest, b);
    const condition = typeof work === "number" ? undefined : isAtLeast(b, work, threshold);
    if (typeof work === "number" && work < threshold) {
      sequentialRows(b, nest, dims, prepare, body, finish);
      return;
    }
    const bounds = {
      lower: nest.lowerBound.slice(0, dims),
      upper: nest.upperBound.slice(0, dims),
      step: nest.step.slice(0, dims),
    };
    const frame = { begin: prepare, end: finish };
    buildTeamLoop(b, bounds, condition, body, undefined, frame);
  };
}

/** Panels of products of matrices, dealt out to threads. */
export function sharedPanels({ threshold = defaultThreshold }: ParallelizeOptions = {}): PanelLoop {
  return (b, nest, bounds, prepare, body, finish) => {
    const work = workOf(nest, b);
    if (typeof work === "number" && work < threshold) {
      sequentialPanels(b, nest, bounds, prepare, body, finish);
      return;
    }
    const condition = typeof work === "number" ? undefined : isAtLeast(b, work, threshold);
    const { lower, upper, step } = bounds;
    const box = { lower: [lower], upper: [upper], step: [step] };
    const frame = { begin: prepare, end: finish };
    buildTeamLoop(b, box, condition, (at, [start]) => body(at, start!), undefined, frame);
  };
}

/**
 * Deals loops out to threads that are no `scf.parallel`, in place: reductions whose order is free,
 * and loops over points that do not depend on each other. To be run before loops are vectorized.
 */
export function shareLoops(module: ModuleOp, options: ParallelizeOptions = {}): void {
  const threshold = options.threshold ?? defaultThreshold;
  for (const func of collect(module, FuncOp)) {
    const apart = new ApartBuffers(func, new Aliases());
    const visit = (op: Operation): void => {
      if (op instanceof Parallel || op instanceof omp.Parallel) return;
      if (op instanceof For && shareLoop(op, apart, threshold)) return;
      for (const r of op.regions) {
        for (const block of r.blocks()) for (const inner of block.ops()) visit(inner);
      }
    };
    visit(func);
  }
}

function shareLoop(loop: For, apart: ApartBuffers, threshold: number): boolean {
  if (loop.outs.length > 0) {
    const known = knownWork(loop);
    return (known === undefined || known >= threshold) && shareReduction(loop, threshold);
  }
  const loops = tryIndependent(loop, apart);
  const [first] = loops?.points ?? [];
  if (loops === undefined || first === undefined) return false;
  const known = knownWork(first);
  if (known !== undefined && known < threshold) return true;
  return sharePoints(loops, (at) => {
    const work = workOf(first, at);
    return typeof work === "number" ? undefined : isAtLeast(at, work, threshold);
  });
}

/** Deals the parallel loops of a module out to threads, in place; returns how many. */
export function parallelizeLoops(module: ModuleOp, options: ParallelizeOptions = {}): number {
  const threshold = options.threshold ?? defaultThreshold;
  let count = 0;
  for (const loop of collect(module, Parallel)) {
    if (loop.parent === null || isInsideParallel(loop) || !hasFreeOrder(loop)) continue;
    const b = Builder.before(loop);
    const work = workOf(loop, b);
    if (typeof work === "number" && work < threshold) continue;
    dealOut(module, loop, typeof work === "number" ? undefined : isAtLeast(b, work, threshold));
    count++;
  }
  return count;
}

function isAtLeast(b: Builder, work: Value, threshold: number): Value {
  const rhs = b.insert(arith.ConstantOp.of({ value: IntegerAttr.index(threshold) })).result;
  const predicate = arith.CmpIPredicate.attr("sge");
  return b.insert(arith.CmpI.of({ predicate, lhs: work, rhs }, { types: { result: i1 } })).result;
}

/** Memory for a value that threads reduce into, holding the initial value. */
function variableFor(b: Builder, init: Value): Value {
  const type = MemRefType.get([], init.type);
  const variable = b.insert(
    memref.Alloca.of({ dynamicSizes: [], symbolOperands: [] }, { types: { memref: type } }),
  ).memref;
  b.insert(memref.Store.of({ value: init, memref: variable, indices: [] }));
  return variable;
}

function load(b: Builder, variable: Value): Value {
  return b.insert(memref.Load.of({ memref: variable, indices: [] })).result;
}

function dealOut(module: ModuleOp, loop: Parallel, condition: Value | undefined): void {
  const b = Builder.before(loop);
  b.location = loop.location;
  const rank = loop.lowerBound.length;
  // A body with loops of its own has an innermost one already.
  const hasLoops = collect(loop, For).length > 0;
  const outer = hasLoops ? rank : Math.max(1, rank - 1);
  const attributes = declareReductions(module, loop);
  const variables = loop.initVals.map((v) => variableFor(b, v));
  const bounds = {
    lower: loop.lowerBound.slice(0, outer),
    upper: loop.upperBound.slice(0, outer),
    step: loop.step.slice(0, outer),
  };
  buildTeamLoop(b, bounds, condition, (inner, ivs, own) => fillNest(inner, loop, outer, ivs, own), {
    variables,
    attributes,
  });
  loop.replaceWith(variables.map((v) => load(b, v)));
}

/** The body of the loop, inside a loop over the dimensions that are not dealt out. */
function fillNest(
  b: Builder,
  loop: Parallel,
  outer: number,
  ivs: readonly Value[],
  variables: readonly BlockArgument[],
): void {
  const { lowerBound: lower, upperBound: upper, step, reduce } = loop;
  const inputs = reduce.inputs;
  const body = (all: readonly Value[], into: Builder, from: readonly Value[]): Value[] => {
    loop.inductionVars.forEach((v, d) => v.replaceAllUsesWith(all[d]!));
    reduce.remove();
    into.block.spliceBefore(loop.body, into.before);
    return inputs.map((x, i) => combine(into, reduce.reductions[i]!, from[i]!, x));
  };
  const rank = lower.length;
  const starts = variables.map((v) => load(b, v));
  if (outer === rank) {
    store(b, variables, body(ivs, b, starts));
  } else {
    const inner = buildFor(b, lower[outer]!, upper[outer]!, step[outer]!, starts, (iv, carried) =>
      body([...ivs, iv], b, carried),
    );
    store(b, variables, inner.outs);
  }
  reduce.dropAllReferences();
}

function store(b: Builder, variables: readonly Value[], values: readonly Value[]): void {
  values.forEach((value, i) => {
    b.insert(memref.Store.of({ value, memref: variables[i]!, indices: [] }));
  });
}

/** Moves the combination of two values to where `b` inserts. */
function combine(b: Builder, reduction: Region, lhs: Value, rhs: Value): Value {
  const block = reduction.entry;
  block.args[0]!.replaceAllUsesWith(lhs);
  block.args[1]!.replaceAllUsesWith(rhs);
  const last = block.lastOp!;
  const value = last.operand(0);
  last.erase();
  b.block.spliceBefore(block, b.before);
  return value;
}

/** Deals parallel loops out to threads. */
export const convertScfToOpenMP: PassDefinition<
  ModuleOp,
  { readonly threshold: ReturnType<typeof u32> }
> = definePass("convert-scf-to-openmp", {
  summary: "Deal parallel loops out to a team of threads.",
  on: ModuleOp,
  options: {
    threshold: u32({
      default: defaultThreshold,
      doc: "instructions from which a team of threads is worth its start",
    }),
  },
  run: (module, { threshold }) => parallelizeLoops(module, { threshold }) > 0,
});
