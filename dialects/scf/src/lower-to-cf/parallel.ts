/** Parallel loops to loops that run in order, row-major. */
import { ConstantOp } from "@strata/arith";
import { IntegerAttr, type MixedIndex, type Value } from "@strata/ir";
import { conversionPattern, type Rewriter, type RewritePattern } from "@strata/rewrite";
import { buildFor, type ParallelBounds } from "../build.ts";
import * as ops from "../ops.ts";

/** A nest of counted loops around a body that gets all positions and the carried values. */
function buildNest(
  r: Rewriter,
  { lower, upper, step }: ParallelBounds,
  inits: readonly Value[],
  body: (ivs: readonly Value[], carried: readonly Value[]) => readonly Value[],
  ivs: readonly Value[] = [],
): readonly Value[] {
  const d = ivs.length;
  if (d === lower.length) return body(ivs, inits);
  const loop = buildFor(r, lower[d]!, upper[d]!, step[d]!, inits, (iv, carried) =>
    buildNest(r, { lower, upper, step }, carried, body, [...ivs, iv]),
  );
  return loop.outs;
}

/** Moves a combination to where `r` inserts, for two values; returns what it gives. */
function inlineReduction(
  combination: ops.Reduce,
  i: number,
  args: readonly Value[],
  r: Rewriter,
): Value {
  r.inlineBlock(combination.reductions[i]!.entry, r.block, null, args);
  const made = r.block.lastOp;
  if (!(made instanceof ops.ReduceReturn)) {
    throw new Error("a reduction ends with `scf.reduce.return`");
  }
  const value = made.result;
  r.eraseOp(made);
  return value;
}

const parallelLoop = conversionPattern(
  "scf.parallel-to-for",
  ops.Parallel,
  (op, _adaptor, r) => {
    const { lowerBound: lower, upperBound: upper, step, reduce } = op;
    const values = buildNest(r, { lower, upper, step }, op.initVals, (ivs, carried) => {
      r.inlineBlock(op.body, r.block, null, ivs);
      const inputs = reduce.inputs;
      reduce.remove();
      return carried.map((acc, i) => inlineReduction(reduce, i, [acc, inputs[i]!], r));
    });
    r.eraseOp(reduce);
    r.replaceOp(op, values);
    return true;
  },
  { doc: "A nest of `scf.for` that carries the reductions." },
);

function valueOf(r: Rewriter, n: MixedIndex): Value {
  if (typeof n !== "number") return n;
  return r.insert(ConstantOp.of({ value: IntegerAttr.index(n) })).result;
}

const forall = conversionPattern(
  "scf.forall-to-for",
  ops.Forall,
  (op, _adaptor, r) => {
    if (op.outs.length > 0) return r.fail("it makes tensors");
    const bounds = {
      lower: op.lowerBounds.map((n) => valueOf(r, n)),
      upper: op.upperBounds.map((n) => valueOf(r, n)),
      step: op.steps.map((n) => valueOf(r, n)),
    };
    buildNest(r, bounds, [], (ivs) => {
      r.inlineBlock(op.body, r.block, null, ivs);
      r.eraseOp(r.block.lastOp!);
      return [];
    });
    r.replaceOp(op, []);
    return true;
  },
  { doc: "A nest of `scf.for`." },
);

/** Patterns for loops whose iterations are independent. */
export const parallelPatterns: readonly RewritePattern[] = [parallelLoop, forall];
