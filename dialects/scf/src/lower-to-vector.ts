/**
 * Loop → vector: the innermost dimension of a parallel nest, or a nested reduction whose order is
 * free, becomes SIMD lanes; what does not fill a vector stays scalar.
 *
 * ```mlir
 * scf.parallel (%i) = (%c0) to (%n) step (%c1) {
 *   %x = memref.load %a[%i] : memref<?xf32>
 *   …
 * }
 * // becomes, for four lanes
 * %main = … : index                       // the largest multiple of 4 not above %n
 * scf.parallel (%i) = (%c0) to (%main) step (%c4) {
 *   %x = vector.load %a[%i] : memref<?xf32>, vector<4xf32>
 *   …
 * }
 * scf.for %i = %main to %n step %c1 { … } // as it was
 * ```
 *
 * Reductions get one vector accumulator per copy, which start from the neutral element and are
 * combined behind the loop. Divergent branches and loops run under masks.
 */
import * as arith from "@strata/arith";
import { Builder, collect, type Operation, type Value } from "@strata/ir";
import { buildFor, buildParallel } from "./build.ts";
import { For, Parallel } from "./ops.ts";
import {
  laneDim,
  planParallel,
  planReduction,
  type VectorPlan,
  type VectorTarget,
} from "./lower-to-vector/plan.ts";
import { mergeDimensions } from "./lower-to-vector/merge.ts";
import { NotVectorizable } from "./lower-to-vector/shape.ts";
import { ScalarCopy } from "./scalar-copy.ts";
import { indexConstant, isEmptyRange, mainUpperBound } from "./lower-to-vector/ranges.ts";
import { Widener } from "./lower-to-vector/widen.ts";

export { mergeDimensions } from "./lower-to-vector/merge.ts";
export {
  choiceOf,
  planChoice,
  type VectorChoice,
  type VectorPlan,
  type VectorTarget,
} from "./lower-to-vector/plan.ts";
export { NotVectorizable } from "./lower-to-vector/shape.ts";

/** What happened to one loop nest. */
export interface VectorizationRemark {
  readonly loop: Operation;
  /** Undefined when the nest was vectorized. */
  readonly missed: { readonly op: Operation; readonly reason: string } | undefined;
  readonly lanes: number;
  /** Copies of the body that run together. */
  readonly copies: number;
}

/** What is decided for one loop nest before anything is changed. */
export interface VectorDecision {
  readonly loop: Parallel | For;
  readonly plan: VectorPlan | NotVectorizable;
}

/** Decides for each nest and each reduction outside of nests, in order; changes nothing. */
export function planVectorization(root: Operation, target: VectorTarget): VectorDecision[] {
  const nests = vectorizableNests(root).map((loop) => ({ loop, plan: planParallel(loop, target) }));
  const loops = vectorizableReductions(root);
  return [...nests, ...loops.map((loop) => ({ loop, plan: planReduction(loop, target) }))];
}

/** The outermost parallel nests, in order. */
export function vectorizableNests(root: Operation): Parallel[] {
  return collect(root, Parallel).filter((nest) => nest.parentOfType(Parallel) === undefined);
}

/** The innermost loops with results that stand in no parallel nest, in order. */
export function vectorizableReductions(root: Operation): For[] {
  return collect(root, For).filter((loop) => {
    const inner = collect(loop, For).length > 1 || collect(loop, Parallel).length > 0;
    return !inner && loop.outs.length > 0 && loop.parentOfType(Parallel) === undefined;
  });
}

/** Replaces a loop by its vectorized form. */
export function applyVectorPlan(loop: Parallel | For, plan: VectorPlan): void {
  if (loop instanceof Parallel) {
    new NestEmitter(loop, plan).run();
    return;
  }
  const anchor = placeAnchor(loop);
  const widths = { lanes: plan.lanes, copies: [plan.unroll] };
  const widener = new Widener(Builder.before(loop), widths, plan.shapes, anchor, loop, laneDim);
  loop.replaceWith(widener.emitLoop(loop));
}

/** Vectorizes the loop nests of an operation in place; `remark` hears of each. */
export function vectorizeLoops(
  root: Operation,
  target: VectorTarget,
  remark: (r: VectorizationRemark) => void = () => {},
): void {
  mergeDimensions(root);
  for (const { loop, plan } of planVectorization(root, target)) {
    if (plan instanceof NotVectorizable) {
      remark({ loop, missed: { op: plan.op, reason: plan.reason }, lanes: 1, copies: 1 });
      continue;
    }
    const copies = plan.jam.reduce((a, b) => a * b, plan.unroll);
    remark({ loop, missed: undefined, lanes: plan.lanes, copies });
    applyVectorPlan(loop, plan);
  }
}

/** An operation in front of the new code, where values from outside are widened. */
function placeAnchor(before: Operation): Operation {
  return indexConstant(Builder.before(before), 0).definingOp!;
}

type Bounds = readonly [lower: Value, upper: Value];

/** Replaces one parallel nest by its vectorized form. */
class NestEmitter {
  readonly #op: Parallel;
  readonly #plan: VectorPlan;
  readonly #b: Builder;
  readonly #anchor: Operation;

  constructor(op: Parallel, plan: VectorPlan) {
    this.#op = op;
    this.#plan = plan;
    this.#anchor = placeAnchor(op);
    this.#b = Builder.before(op);
  }

  run(): void {
    this.#split([], []);
    this.#op.dropAllReferences();
    this.#op.erase();
  }

  /** A jammed dimension has a main part and a rest; the others keep their range. */
  #split(jam: readonly number[], box: readonly Bounds[]): void {
    const op = this.#op;
    const d = box.length;
    if (d === op.lowerBound.length) {
      this.#box(jam, box);
      return;
    }
    const [lower, upper] = [op.lowerBound[d]!, op.upperBound[d]!];
    const factor = this.#plan.jam[d]!;
    if (factor === 1) {
      this.#split([...jam, 1], [...box, [lower, upper]]);
      return;
    }
    const middle = mainUpperBound(this.#b, lower, upper, factor);
    this.#split([...jam, factor], [...box, [lower, middle]]);
    this.#split([...jam, 1], [...box, [middle, upper]]);
  }

  /** Emits a box, each dimension in steps of its jam. */
  #box(jam: readonly number[], box: readonly Bounds[]): void {
    if (box.some(([lower, upper]) => isEmptyRange(lower, upper))) return;
    const plan = this.#plan;
    if (plan.laneLoop !== undefined) {
      this.#parallel(box, jam, (ivs) => this.#body(jam, plan.unroll, ivs));
      return;
    }
    const outer = box.slice(0, -1);
    const innermost = box[box.length - 1]!;
    if (outer.length === 0) this.#strips(jam, [], innermost, true);
    else {
      this.#parallel(outer, jam, (ivs) => this.#strips(jam, ivs, innermost, false));
    }
  }

  /** The lanes' dimension: unrolled vectors, single vectors, scalars. */
  #strips(
    jam: readonly number[],
    ivs: readonly Value[],
    [lower, upper]: Bounds,
    top: boolean,
  ): void {
    const { lanes, unroll } = this.#plan;
    const b = this.#b;
    const whole = mainUpperBound(b, lower, upper, lanes * unroll);
    const vectors = unroll > 1 ? mainUpperBound(b, whole, upper, lanes) : whole;
    const strip = (from: Value, to: Value, copies: number): void => {
      if (isEmptyRange(from, to)) return;
      const run = (iv: Value): void => this.#body(jam, copies, [...ivs, iv]);
      if (top) this.#parallel([[from, to]], [lanes * copies], ([iv]) => run(iv!));
      else buildFor(b, from, to, indexConstant(b, lanes * copies), [], (iv) => run(iv));
    };
    strip(lower, whole, unroll);
    if (unroll > 1) strip(whole, vectors, 1);
    if (isEmptyRange(vectors, upper)) return;
    buildFor(b, vectors, upper, indexConstant(b, 1), [], (iv) => this.#scalars(jam, [...ivs, iv]));
  }

  #parallel(
    box: readonly Bounds[],
    steps: readonly number[],
    body: (ivs: readonly Value[]) => void,
  ): void {
    const b = this.#b;
    const bounds = {
      lower: box.map(([lower]) => lower),
      upper: box.map(([, upper]) => upper),
      step: box.map((_, d) => indexConstant(b, steps[d]!)),
    };
    buildParallel(b, bounds, [], (ivs) => body(ivs));
  }

  #body(jam: readonly number[], unroll: number, ivs: readonly Value[]): void {
    const { lanes, laneLoop, shapes } = this.#plan;
    const widths = { lanes, copies: [unroll, ...jam] };
    const widener = new Widener(this.#b, widths, shapes, this.#anchor, laneLoop, laneDim);
    const args = this.#op.region.entry.args;
    args.forEach((arg, d) => {
      const own = laneLoop === undefined && d === args.length - 1;
      const copies = own ? this.#copies(ivs[d]!, unroll, lanes) : this.#copies(ivs[d]!, jam[d]!, 1);
      widener.seed(arg, copies, own ? 1 : 0);
    });
    widener.emitBody(this.#op.region);
  }

  /** The copies of an induction variable: `iv`, `iv + distance`, … */
  #copies(iv: Value, n: number, distance: number): Value[] {
    const b = this.#b;
    return Array.from({ length: n }, (_, k) => {
      if (k === 0) return iv;
      const offset = indexConstant(b, k * distance);
      return b.insert(arith.AddI.of({ lhs: iv, rhs: offset })).results[0]!;
    });
  }

  /** The body in scalars, once for each combination of jammed copies. */
  #scalars(jam: readonly number[], ivs: readonly Value[]): void {
    let points: Value[][] = [[]];
    ivs.forEach((iv, d) => {
      const copies = d === ivs.length - 1 ? [iv] : this.#copies(iv, jam[d]!, 1);
      points = points.flatMap((p) => copies.map((c) => [...p, c]));
    });
    for (const point of points) {
      const copy = new ScalarCopy(this.#b, (v) => v);
      this.#op.region.entry.args.forEach((arg, d) => copy.define(arg, point[d]!));
      copy.emit(this.#op.region.entry);
    }
  }
}
