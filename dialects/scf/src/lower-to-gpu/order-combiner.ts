/**
 * Combiners made of comparisons, logic and selections. What such a combiner gives depends only on
 * how its arguments and constants compare with each other, so trying all orders of three arguments
 * decides whether it is associative and commutative.
 */
import * as arith from "@strata/arith";
import {
  type Block,
  FloatAttr,
  FloatType,
  IndexType,
  IntegerAttr,
  IntegerType,
  type Operation,
  type Type,
  type Value,
} from "@strata/ir";
import { isPosition } from "./position.ts";

/** A combiner: its inputs beside the accumulators, and the operations from these to the results. */
export interface OrderCombiner {
  readonly inputs: readonly Value[];
  readonly slice: readonly Operation[];
}

const isLogic = (op: Operation): boolean =>
  op instanceof arith.AndI || op instanceof arith.OrI || op instanceof arith.XOrI;

/** The combiner of a loop body when it is one of this kind and its order is free. */
export function isOrderCombiner(
  body: Block,
  accs: readonly Value[],
  inits: readonly Value[],
  dependent: ReadonlySet<Operation>,
): OrderCombiner | undefined {
  const yields = body.lastOp!.operands;
  const inputs: Value[] = [];
  for (const [i, v] of yields.entries()) {
    const op = v.definingOp;
    if (!(op instanceof arith.SelectOp) || op.parent !== body) return undefined;
    const [a, b] = [op.true_value, op.false_value];
    const input = a === accs[i] ? b : b === accs[i] ? a : undefined;
    if (input === undefined || isDependent(input, accs, dependent)) return undefined;
    inputs.push(input);
  }
  if (new Set(inputs).size !== inputs.length) return undefined;
  const slice = sliceOf(yields, new Set([...accs, ...inputs]), body);
  if (slice === undefined) return undefined;
  if ([...dependent].some((op) => !slice.includes(op))) return undefined;
  const initial = inits.map(constantOf);
  if (initial.some((c) => c === undefined)) return undefined;
  const run = compile(slice, accs, inputs, yields);
  if (run === undefined) return undefined;
  const constants = slice
    .flatMap((op) => op.operands.map(constantOf))
    .filter((c) => c !== undefined);
  const domains = inputs.map((v) => domainOf(v, constants));
  if (domains.some((d) => d === undefined)) return undefined;
  const free = isFree(run, domains as number[][], initial as number[]);
  return free ? { inputs, slice } : undefined;
}

function isDependent(v: Value, accs: readonly Value[], dependent: ReadonlySet<Operation>): boolean {
  return accs.includes(v) || (v.definingOp !== undefined && dependent.has(v.definingOp));
}

function constantOf(v: Value): number | undefined {
  const op = v.definingOp;
  if (!(op instanceof arith.ConstantOp)) return undefined;
  if (op.value instanceof IntegerAttr) return Number(op.value.value);
  return op.value instanceof FloatAttr ? op.value.value : undefined;
}

/** The operations between the leaves and the results, in order; undefined if others are among them. */
function sliceOf(
  yields: readonly Value[],
  leaves: ReadonlySet<Value>,
  body: Block,
): Operation[] | undefined {
  const needed = new Set<Operation>();
  const visit = (v: Value): boolean => {
    if (leaves.has(v) || constantOf(v) !== undefined) return true;
    const op = v.definingOp;
    if (op === undefined || op.parent !== body) return false;
    if (needed.has(op)) return true;
    const fine =
      op instanceof arith.CmpF ||
      op instanceof arith.CmpI ||
      op instanceof arith.SelectOp ||
      (isLogic(op) && op.resultTypes[0] instanceof IntegerType && op.resultTypes[0].width === 1);
    if (!fine) return false;
    needed.add(op);
    return op.operands.every(visit);
  };
  if (!yields.every(visit)) return undefined;
  return [...body.ops()].filter((op) => needed.has(op));
}

/** Numbers that stand for all orders an input can have with two others and the constants. */
function domainOf(v: Value, constants: readonly number[]): number[] | undefined {
  const t: Type = v.type;
  if (t instanceof FloatType) {
    const all = new Set([Number.NaN, -1, 0, 1, Infinity, -Infinity, ...constants]);
    return [...all];
  }
  if (!(t instanceof IntegerType || t instanceof IndexType)) return undefined;
  const numbers = isPosition(v) ? [0, 1, 2] : [-3, -2, -1, 0, 1, 2];
  const all = new Set(numbers);
  for (const c of constants) {
    if (!Number.isInteger(c) || Math.abs(c) > 8) continue;
    if (numbers[0]! < 0) all.add(c);
  }
  return [...all];
}

type Run = (accs: readonly number[], values: readonly number[]) => number[];

/** The slice as a function of numbers; undefined when a comparison is of another kind. */
function compile(
  slice: readonly Operation[],
  accs: readonly Value[],
  inputs: readonly Value[],
  yields: readonly Value[],
): Run | undefined {
  const slots = new Map<Value, number>();
  const slot = (v: Value): number => {
    let s = slots.get(v);
    if (s === undefined) slots.set(v, (s = slots.size));
    return s;
  };
  [...accs, ...inputs].forEach(slot);
  const fixed: [number, number][] = [];
  const steps: ((s: number[]) => void)[] = [];
  for (const op of slice) {
    for (const v of op.operands) {
      const c = constantOf(v);
      if (c !== undefined && !slots.has(v)) fixed.push([slot(v), c]);
    }
    const [a, b, c] = op.operands.map(slot);
    const out = slot(op.results[0]!);
    if (op instanceof arith.SelectOp) {
      steps.push((s) => (s[out] = s[a!] === 0 ? s[c!]! : s[b!]!));
    } else if (op instanceof arith.CmpI || op instanceof arith.CmpF) {
      const test = comparison(op);
      if (test === undefined) return undefined;
      steps.push((s) => (s[out] = test(s[a!]!, s[b!]!) ? 1 : 0));
    } else {
      const isAnd = op instanceof arith.AndI;
      const isOr = op instanceof arith.OrI;
      // `true` is −1 as a signed constant.
      const bit = (n: number): number => n & 1;
      steps.push((s) => {
        const [x, y] = [bit(s[a!]!), bit(s[b!]!)];
        s[out] = isAnd ? x & y : isOr ? x | y : x ^ y;
      });
    }
  }
  const results = yields.map(slot);
  const state = new Array<number>(slots.size).fill(0);
  return (left, right) => {
    left.forEach((n, i) => (state[i] = n));
    right.forEach((n, i) => (state[accs.length + i] = n));
    for (const [s, c] of fixed) state[s] = c;
    for (const step of steps) step(state);
    return results.map((s) => state[s]!);
  };
}

function comparison(op: arith.CmpI | arith.CmpF): ((a: number, b: number) => boolean) | undefined {
  if (op instanceof arith.CmpI) {
    switch (arith.CmpIPredicate.nameOf(op.predicate)) {
      case "eq":
        return (a, b) => a === b;
      case "ne":
        return (a, b) => a !== b;
      case "slt":
        return (a, b) => a < b;
      case "sle":
        return (a, b) => a <= b;
      case "sgt":
        return (a, b) => a > b;
      case "sge":
        return (a, b) => a >= b;
      default:
        return undefined;
    }
  }
  const name = String(arith.CmpFPredicate.nameOf(op.predicate));
  const unordered = (a: number, b: number): boolean => Number.isNaN(a) || Number.isNaN(b);
  if (name === "ord") return (a, b) => !unordered(a, b);
  if (name === "uno") return unordered;
  const tests: Record<string, (a: number, b: number) => boolean> = {
    eq: (a, b) => a === b,
    ne: (a, b) => a !== b,
    lt: (a, b) => a < b,
    le: (a, b) => a <= b,
    gt: (a, b) => a > b,
    ge: (a, b) => a >= b,
  };
  const test = tests[name.slice(1)];
  if (test === undefined) return undefined;
  return name.startsWith("o")
    ? (a, b) => !unordered(a, b) && test(a, b)
    : (a, b) => unordered(a, b) || test(a, b);
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((x, i) => x === b[i] || (Number.isNaN(x) && Number.isNaN(b[i]!)));

/** Whether a combiner is associative and commutative and has the initial values as neutral ones. */
function isFree(run: Run, domains: readonly number[][], init: readonly number[]): boolean {
  let points: number[][] = [[]];
  for (const d of domains) points = points.flatMap((p) => d.map((x) => [...p, x]));
  if (points.length > 64) return false;
  for (const p of points) if (!same(run(init, p), p) || !same(run(p, init), p)) return false;
  for (const p of points) {
    for (const q of points) {
      const pq = run(p, q);
      // Two elements of one index are one element.
      if (!isSameElement(p, q) && !same(pq, run(q, p))) return false;
      for (const r of points) if (!same(run(pq, r), run(p, run(q, r)))) return false;
    }
  }
  return true;
}

/** Whether all but the first numbers agree: positions tell elements apart. */
function isSameElement(p: readonly number[], q: readonly number[]): boolean {
  return p.length > 1 && p.slice(1).every((x, i) => x === q[i + 1]);
}
