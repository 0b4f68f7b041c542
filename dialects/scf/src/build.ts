/**
 * Building structured ops with functions for their bodies.
 *
 * Invariant: each function runs once, with the builder at the end of the block it fills; the
 * terminator is added from what it returns, and the builder's place is as before afterwards.
 */
import {
  Block,
  type BlockArgument,
  type Builder,
  DenseArrayAttr,
  index,
  type MixedIndex,
  type Operation,
  Region,
  splitMixed,
  type Type,
  type Value,
} from "@strata/ir";
import {
  Condition,
  ExecuteRegion,
  For,
  Forall,
  If,
  IndexSwitch,
  InParallel,
  Parallel,
  Reduce,
  ReduceReturn,
  While,
  Yield,
} from "./ops.ts";

/** What a body gives: its values, or nothing. */
export type BodyValues = readonly Value[] | void;

/** A region of one block with the arguments, filled by `fill` with the builder at its end. */
function buildRegion(
  b: Builder,
  argTypes: readonly Type[],
  fill: (args: readonly BlockArgument[]) => Operation,
): Region {
  const block = new Block(argTypes);
  const region = new Region([block]);
  b.saved(() => {
    b.setToEnd(block);
    const terminator = fill(block.args);
    b.insert(terminator);
  });
  return region;
}

const yieldOf = (values: BodyValues): Yield => Yield.of({ values: values ?? [] });
const typesOf = (values: readonly Value[]): Type[] => values.map((v) => v.type);

/** The types of the values a region's only block yields. */
const yieldTypes = (r: Region): Type[] => r.entry.lastOp!.operandTypes;

/** Inserts `scf.for`; the body gives the values of the next iteration, as many as `inits`. */
export function buildFor(
  b: Builder,
  lowerBound: Value,
  upperBound: Value,
  step: Value,
  inits: readonly Value[],
  body: (iv: BlockArgument, iterArgs: readonly BlockArgument[]) => BodyValues,
  options: { readonly unsigned?: boolean } = {},
): For {
  const region = buildRegion(b, [lowerBound.type, ...typesOf(inits)], ([iv, ...iters]) =>
    yieldOf(body(iv!, iters)),
  );
  const unsignedCmp = options.unsigned === true;
  return b.insert(For.of({ lowerBound, upperBound, step, initArgs: inits, unsignedCmp, region }));
}

/** Inserts `scf.if`; its results are what the bodies give, which must agree in their types. */
export function buildIf(
  b: Builder,
  condition: Value,
  then: () => BodyValues,
  otherwise?: () => BodyValues,
): If {
  const thenRegion = buildRegion(b, [], () => yieldOf(then()));
  const elseRegion =
    otherwise === undefined ? new Region() : buildRegion(b, [], () => yieldOf(otherwise()));
  return b.insert(
    If.of({ condition, thenRegion, elseRegion }, { types: { outs: yieldTypes(thenRegion) } }),
  );
}

/** What the first body of a conditional loop gives. */
export interface WhileTest {
  /** An `i1`: whether to run the second body. */
  readonly condition: Value;
  /** Values for the second body, or for the results when the condition is false. */
  readonly args: readonly Value[];
}

/** Inserts `scf.while`: `before` tests, `after` computes what goes back to `before`. */
export function buildWhile(
  b: Builder,
  inits: readonly Value[],
  before: (args: readonly BlockArgument[]) => WhileTest,
  after: (args: readonly BlockArgument[]) => BodyValues,
): While {
  const first = buildRegion(b, typesOf(inits), (args) => Condition.of(before(args)));
  const types = yieldTypes(first).slice(1);
  const second = buildRegion(b, types, (args) => yieldOf(after(args)));
  return b.insert(While.of({ inits, before: first, after: second }, { types: { outs: types } }));
}

/** The box a parallel loop runs over, dimension by dimension. */
export interface ParallelBounds {
  readonly lower: readonly Value[];
  readonly upper: readonly Value[];
  readonly step: readonly Value[];
}

/** An initial value of a parallel loop and how two values are combined. */
export interface Reduction {
  readonly init: Value;
  readonly combine: (lhs: BlockArgument, rhs: BlockArgument) => Value;
}

/** Inserts `scf.parallel`; the body gives one value for each reduction. */
export function buildParallel(
  b: Builder,
  bounds: ParallelBounds,
  reductions: readonly Reduction[],
  body: (ivs: readonly BlockArgument[]) => BodyValues,
): Parallel {
  const region = buildRegion(
    b,
    bounds.lower.map(() => index),
    (ivs) => {
      const inputs = body(ivs) ?? [];
      return Reduce.of({
        inputs,
        reductions: reductions.map(({ init, combine }) =>
          buildRegion(b, [init.type, init.type], ([lhs, rhs]) =>
            ReduceReturn.of({ result: combine(lhs!, rhs!) }),
          ),
        ),
      });
    },
  );
  const initVals = reductions.map((r) => r.init);
  const { lower: lowerBound, upper: upperBound, step } = bounds;
  return b.insert(
    Parallel.of(
      { lowerBound, upperBound, step, initVals, region },
      { types: { outs: typesOf(initVals) } },
    ),
  );
}

/** Inserts `scf.index_switch`; the bodies' values, which agree in their types, are its results. */
export function buildIndexSwitch(
  b: Builder,
  arg: Value,
  cases: readonly (readonly [value: number, body: () => BodyValues])[],
  otherwise: () => BodyValues,
): IndexSwitch {
  const caseRegions = cases.map(([, body]) => buildRegion(b, [], () => yieldOf(body())));
  const defaultRegion = buildRegion(b, [], () => yieldOf(otherwise()));
  return b.insert(
    IndexSwitch.of(
      { arg, cases: DenseArrayAttr.i64(cases.map(([v]) => v)), defaultRegion, caseRegions },
      { types: { outs: yieldTypes(defaultRegion) } },
    ),
  );
}

/** Inserts `scf.execute_region` with one block; more may be appended to its region. */
export function buildExecuteRegion(b: Builder, body: () => BodyValues): ExecuteRegion {
  const region = buildRegion(b, [], () => yieldOf(body()));
  return b.insert(ExecuteRegion.of({ region }, { types: { outs: yieldTypes(region) } }));
}

/**
 * Inserts `scf.forall` over the box from `lower` (default 0) in steps (default 1); `insert` runs in
 * the terminator's block, where the slices of the shared outputs are inserted.
 */
export function buildForall(
  b: Builder,
  bounds: {
    readonly lower?: readonly MixedIndex[];
    readonly upper: readonly MixedIndex[];
    readonly step?: readonly MixedIndex[];
  },
  sharedOuts: readonly Value[],
  body: (ivs: readonly BlockArgument[], outs: readonly BlockArgument[]) => (() => void) | void,
): Forall {
  const rank = bounds.upper.length;
  const lower = splitMixed(bounds.lower ?? bounds.upper.map(() => 0));
  const upper = splitMixed(bounds.upper);
  const step = splitMixed(bounds.step ?? bounds.upper.map(() => 1));
  const argTypes = [...bounds.upper.map(() => index), ...typesOf(sharedOuts)];
  const region = buildRegion(b, argTypes, (args) => {
    const insert = body(args.slice(0, rank), args.slice(rank));
    const block = new Block();
    if (insert !== undefined) {
      b.saved(() => {
        b.setToEnd(block);
        insert();
      });
    }
    return InParallel.of({ region: new Region([block]) });
  });
  return b.insert(
    Forall.of(
      {
        dynamicLowerBound: lower.values,
        staticLowerBound: lower.constants,
        dynamicUpperBound: upper.values,
        staticUpperBound: upper.constants,
        dynamicStep: step.values,
        staticStep: step.constants,
        sharedOuts,
        region,
      },
      { types: { outs: typesOf(sharedOuts) } },
    ),
  );
}
