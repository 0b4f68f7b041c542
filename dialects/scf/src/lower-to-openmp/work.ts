/**
 * How much work a loop nest is, in instructions: what decides whether a team of threads is worth
 * its start. Trip counts that are known are multiplied out; others become arithmetic.
 */
import * as arith from "@strata/arith";
import {
  BlockArgument,
  type Builder,
  collect,
  IndexType,
  IntegerAttr,
  type Operation,
  type Region,
  type Value,
} from "@strata/ir";
import { For, Parallel, While } from "../ops.ts";

/** Instructions a call of a mathematical function stands for. */
const functionCost = 20;
/** Trips of a loop whose number cannot be told in advance. */
const assumedTrips = 16;

/** A number known at compile time, or a value of type index. */
type Count = number | Value;

function insertIndex(b: Builder, n: Count): Value {
  if (typeof n !== "number") return n;
  return b.insert(arith.ConstantOp.of({ value: IntegerAttr.index(n) })).result;
}

function knownIndex(v: Value): number | undefined {
  const op = v.definingOp;
  const a = op instanceof arith.ConstantOp ? op.value : undefined;
  return a instanceof IntegerAttr ? Number(a.value) : undefined;
}

function add(b: Builder, x: Count, y: Count): Count {
  if (typeof x === "number" && typeof y === "number") return x + y;
  if (x === 0) return y;
  if (y === 0) return x;
  return b.insert(arith.AddI.of({ lhs: insertIndex(b, x), rhs: insertIndex(b, y) })).result;
}

function multiply(b: Builder, x: Count, y: Count): Count {
  if (typeof x === "number" && typeof y === "number") return x * y;
  if (x === 1) return y;
  if (y === 1) return x;
  if (x === 0 || y === 0) return 0;
  return b.insert(arith.MulI.of({ lhs: insertIndex(b, x), rhs: insertIndex(b, y) })).result;
}

/** Iterations of a range; a dynamic step counts as 1. */
function trips(b: Builder, lower: Value, upper: Value, step: Value): Count {
  const [lo, hi] = [knownIndex(lower), knownIndex(upper)];
  const by = knownIndex(step) ?? 1;
  if (lo !== undefined && hi !== undefined) return Math.max(0, Math.ceil((hi - lo) / by));
  const difference = b.insert(arith.SubI.of({ lhs: upper, rhs: lower })).result;
  const zero = insertIndex(b, 0);
  const count = b.insert(arith.MaxSI.of({ lhs: difference, rhs: zero })).result;
  if (by === 1) return count;
  return b.insert(arith.DivUI.of({ lhs: count, rhs: insertIndex(b, by) })).result;
}

/** Whether a value is there before `nest` runs. */
function isOutside(v: Value, nest: Operation): boolean {
  let op = v instanceof BlockArgument ? v.owner.parentOp : (v.definingOp ?? null);
  while (op !== null && op !== nest) op = op.parentOp;
  return op === null;
}

function boundsOf(op: Operation): (readonly [Value, Value, Value])[] | undefined {
  if (op instanceof For) return [[op.lowerBound, op.upperBound, op.step]];
  if (!(op instanceof Parallel)) return undefined;
  return op.lowerBound.map((lo, d) => [lo, op.upperBound[d]!, op.step[d]!]);
}

function bodyWork(region: Region, nest: Operation, b: Builder): Count {
  let own = 0;
  let nested: Count = 0;
  for (const op of region.isEmpty ? [] : region.entry.ops()) {
    if (op.definition.isTerminator || op instanceof arith.ConstantOp) continue;
    own += op.definition.dialectName === "math" ? functionCost : 1;
    for (const r of op.regions) {
      let work = bodyWork(r, nest, b);
      for (const [lower, upper, step] of boundsOf(op) ?? []) {
        const known = [lower, upper, step].every(
          (v) => v.type instanceof IndexType && isOutside(v, nest),
        );
        work = multiply(b, work, known ? trips(b, lower, upper, step) : assumedTrips);
      }
      if (op instanceof While) work = multiply(b, work, assumedTrips);
      nested = add(b, nested, work);
    }
  }
  return add(b, own, nested);
}

/** Instructions of a whole nest, a number where all its bounds are known. */
export function workOf(nest: Parallel | For, b: Builder): Count {
  let work = bodyWork(nest.region, nest, b);
  for (const [lower, upper, step] of boundsOf(nest)!) {
    work = multiply(b, work, trips(b, lower, upper, step));
  }
  return work;
}

/** Instructions of a whole loop; undefined where bounds are not known. */
export function knownWork(loop: For): number | undefined {
  const trips = knownTrips(loop);
  return trips === undefined || hasUnknownTrips(loop) ? undefined : trips * iterationWork(loop);
}

function knownTrips(op: Operation): number | undefined {
  const counts = (boundsOf(op) ?? []).map(([lower, upper, step]) => {
    const [lo, hi, by] = [lower, upper, step].map((v) => knownIndex(v));
    if (lo === undefined || hi === undefined || by === undefined) return undefined;
    return Math.max(0, Math.ceil((hi - lo) / by));
  });
  return counts.reduce<number | undefined>(
    (a, n) => (a === undefined || n === undefined ? undefined : a * n),
    1,
  );
}

const hasUnknownTrips = (loop: For): boolean =>
  [...collect(loop, For), ...collect(loop, Parallel)].some((op) => knownTrips(op) === undefined);

/** Instructions of one iteration, loops of unknown length assumed to be short. */
export function iterationWork(loop: For): number {
  let total = 1;
  for (const op of loop.body.ops()) total += staticWork(op);
  return total;
}

function staticWork(op: Operation): number {
  if (op.definition.isTerminator || op instanceof arith.ConstantOp) return 0;
  let nested = 0;
  for (const r of op.regions) {
    for (const inner of r.isEmpty ? [] : r.entry.ops()) nested += staticWork(inner);
  }
  const own = op.definition.dialectName === "math" ? functionCost : 1;
  const trips = (knownTrips(op) ?? assumedTrips) * (op instanceof While ? assumedTrips : 1);
  return own + nested * trips;
}
