/**
 * Which elements accesses in loops touch: indices as sums of loop counters and values from outside,
 * each times a constant.
 *
 * Invariants: a term's value is a counter of a loop around the access, or is defined outside of all
 * of them; coefficients are not zero. Indices are computed without wrapping, as indices of buffers
 * that exist are.
 */
import {
  type BlockArgument,
  IntegerAttr,
  OpInterface,
  type Operation,
  type Value,
} from "@strata/ir";

/** A sum of values times constants, and a constant. */
export interface LinearForm {
  readonly terms: ReadonlyMap<Value, bigint>;
  readonly constant: bigint;
}

/** What integer operations compute as sums. */
export interface LinearOp {
  /** The result as a sum of operands times constants; undefined where it is none. */
  linear(op: Operation): LinearForm | undefined;
}

export const LinearInterface: OpInterface<LinearOp> = new OpInterface("Linear");

/** Elements that an operation reads or writes: one, or several along the last dimension. */
export interface ElementAccess {
  readonly kind: "read" | "write";
  readonly memref: Value;
  /** Where the first one stands. */
  readonly indices: readonly Value[];
  /** Whether more elements follow, as in accesses of vectors. */
  readonly several?: boolean;
}

/** Operations that access elements of buffers. */
export interface Accessing {
  accesses(op: Operation): readonly ElementAccess[];
}

export const AccessInterface: OpInterface<Accessing> = new OpInterface("Access");

/** One counted loop: the counter takes `lower`, `lower + step`, … below `upper`. */
export interface CountedLoop {
  readonly op: Operation;
  readonly counter: BlockArgument;
  readonly lower: Value;
  readonly upper: Value;
  readonly step: Value;
}

/** Operations that are counted loops, or nests of such. */
export interface Counting {
  /** The loops, outer ones first. */
  loops(op: Operation): readonly CountedLoop[];
}

export const CountedLoopInterface: OpInterface<Counting> = new OpInterface("CountedLoop");

/** The constant integer that a value is by its definition. */
export function constantInteger(value: Value): bigint | undefined {
  const op = value.definingOp;
  const slot = op?.definition.constantSlot ?? -1;
  const a = slot < 0 ? undefined : op?.properties[slot];
  return a instanceof IntegerAttr ? a.value : undefined;
}

/** The counted loops around an operation, outer ones first. */
export function loopsAround(op: Operation): CountedLoop[] {
  const loops: CountedLoop[] = [];
  for (let at = op.parentOp; at !== null; at = at.parentOp) {
    loops.unshift(...(CountedLoopInterface.of(at)?.loops(at) ?? []));
  }
  return loops;
}

const zero: LinearForm = { terms: new Map(), constant: 0n };

/** A sum of a form and a multiple of another. */
export function addForms(a: LinearForm, b: LinearForm, times = 1n): LinearForm {
  const terms = new Map(a.terms);
  for (const [v, c] of b.terms) {
    const sum = (terms.get(v) ?? 0n) + c * times;
    if (sum === 0n) terms.delete(v);
    else terms.set(v, sum);
  }
  return { terms, constant: a.constant + b.constant * times };
}

/** Whether a value is computed inside of one of some loops. */
function isInside(value: Value, loops: readonly CountedLoop[]): boolean {
  const block = value.parentBlock;
  const outermost = loops[0]?.op;
  if (outermost === undefined || block === null) return false;
  const home = value.definingOp ?? block.parentOp;
  if (home === null || home === undefined) return false;
  // Results of the loop itself are outside of it, its arguments are inside.
  return outermost.isAncestorOf(home) && (home !== outermost || value.definingOp === undefined);
}

/** A value as a sum over counters and values from outside of the loops; undefined for others. */
export function linearForm(value: Value, loops: readonly CountedLoop[]): LinearForm | undefined {
  const constant = constantInteger(value);
  if (constant !== undefined) return { terms: new Map(), constant };
  if (loops.some((l) => l.counter === value) || !isInside(value, loops)) {
    return { terms: new Map([[value, 1n]]), constant: 0n };
  }
  const op = value.definingOp;
  const own = op && LinearInterface.of(op)?.linear(op);
  if (own === undefined) return undefined;
  let sum: LinearForm = { ...zero, constant: own.constant };
  for (const [v, times] of own.terms) {
    const part = linearForm(v, loops);
    if (part === undefined) return undefined;
    sum = addForms(sum, part, times);
  }
  return sum;
}

/** An access with the loops around it; an index that is no sum is undefined. */
export interface AffineAccess {
  readonly op: Operation;
  readonly access: ElementAccess;
  readonly loops: readonly CountedLoop[];
  readonly indices: readonly (LinearForm | undefined)[];
}

/** The accesses of an operation as relations between counters and elements. */
export function affineAccesses(op: Operation): AffineAccess[] {
  const found = AccessInterface.of(op)?.accesses(op) ?? [];
  if (found.length === 0) return [];
  const loops = loopsAround(op);
  return found.map((access) => ({
    op,
    access,
    loops,
    indices: access.indices.map((value, i, { length }) =>
      access.several === true && i === length - 1 ? undefined : linearForm(value, loops),
    ),
  }));
}
