/**
 * Between which bounds integers and indices stay.
 *
 * Invariants: bounds are of the canonical value (signed, but 0 and 1 for i1; an index has 64 bits)
 * and belong to the values; a range is never empty. Operations wrap as their type does.
 */
import {
  type Attribute,
  type BlockArgument,
  IndexType,
  IntegerAttr,
  IntegerType,
  OpInterface,
  type Operation,
  type Type,
  type Value,
} from "@strata/ir";
import type { Lattice } from "./lattice.ts";
import { type ForwardResult, solveForward } from "./sparse-forward.ts";

/** All integers from `low` to `high`, both included. */
export interface IntegerRange {
  readonly low: bigint;
  readonly high: bigint;
}

/** The numbers of a type; undefined for types that are no scalar integers. */
export function fullRange(type: Type): IntegerRange | undefined {
  if (type instanceof IndexType) return { low: -(1n << 63n), high: (1n << 63n) - 1n };
  if (!(type instanceof IntegerType)) return undefined;
  if (type.signedness === "unsigned" || (type.width === 1 && type.signedness === "signless")) {
    return { low: 0n, high: (1n << BigInt(type.width)) - 1n };
  }
  const half = 1n << BigInt(type.width - 1);
  return { low: -half, high: half - 1n };
}

/** A range, or the type's own where it reaches over: there the numbers wrap. */
export function rangeIn(type: Type, low: bigint, high: bigint): IntegerRange | undefined {
  const full = fullRange(type);
  return full === undefined || (low >= full.low && high <= full.high) ? { low, high } : full;
}

/** What operations say of the ranges of their results. */
export interface RangeInference {
  /** Ranges of the results by those of the operands; undefined: any number of the type. */
  infer?(
    op: Operation,
    operands: readonly (IntegerRange | undefined)[],
  ): readonly (IntegerRange | undefined)[];
  /** The range of an entry argument that the operation sets itself. */
  argument?(
    op: Operation,
    argument: BlockArgument,
    operands: readonly (IntegerRange | undefined)[],
  ): IntegerRange | undefined;
}

export const RangeInterface: OpInterface<RangeInference> = new OpInterface("IntegerRange");

/** Not reached, a range, or anything that has none. */
type RangeState = IntegerRange | "any" | "none";

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** The least range around two. */
export function hull(a: IntegerRange, b: IntegerRange): IntegerRange {
  return { low: min(a.low, b.low), high: max(a.high, b.high) };
}

const huge = 1n << 1000n;

const lattice: Lattice<RangeState> = {
  bottom: "none",
  join: (a, b) => {
    if (a === "none" || a === b) return b;
    if (b === "none") return a;
    return a === "any" || b === "any" ? "any" : hull(a, b);
  },
  equals: (a, b) =>
    a === b ||
    (typeof a === "object" && typeof b === "object" && a.low === b.low && a.high === b.high),
  // What still grows has no bound; the type's is put in its place where the value is known.
  widen: (before, after) =>
    typeof before !== "object" || typeof after !== "object"
      ? after
      : {
          low: after.low < before.low ? -huge : after.low,
          high: after.high > before.high ? huge : after.high,
        },
};

function clamp(range: IntegerRange, type: Type): IntegerRange | undefined {
  const full = fullRange(type);
  return full && { low: max(range.low, full.low), high: min(range.high, full.high) };
}

function constantRange(value: Attribute | undefined): IntegerRange | undefined {
  return value instanceof IntegerAttr ? { low: value.value, high: value.value } : undefined;
}

/** The one number of a range. */
function constantIn(state: RangeState, { type }: Value): Attribute | undefined {
  if (typeof state !== "object" || state.low !== state.high) return undefined;
  const isNumber = type instanceof IntegerType || type instanceof IndexType;
  return isNumber ? IntegerAttr.get(state.low, type) : undefined;
}

/** What is known of integers inside of an operation. */
export class IntegerRanges {
  readonly #states: ForwardResult<RangeState>;

  constructor(root: Operation) {
    this.#states = solveForward<RangeState>(root, {
      lattice,
      unknown: (v) => fullRange(v.type) ?? "any",
      transfer: (op, operands) => {
        const slot = op.definition.constantSlot;
        const constant = slot < 0 ? undefined : constantRange(op.properties[slot]);
        if (constant !== undefined) return [constant];
        const found = RangeInterface.of(op)?.infer?.(op, known(op, operands));
        return op.results.map((r, i) => found?.[i] ?? fullRange(r.type) ?? "any");
      },
      ownArgument: (op, argument, operands) =>
        RangeInterface.of(op)?.argument?.(op, argument, known(op, operands)),
      constantOf: constantIn,
    });
  }

  /** The range of a value; undefined for those that are no scalar integers or are not reached. */
  rangeOf(value: Value): IntegerRange | undefined {
    const s = this.#states.get(value);
    return typeof s === "object" ? clamp(s, value.type) : undefined;
  }

  /** Whether a block can be reached. */
  isReachable(block: Parameters<ForwardResult<unknown>["isReachable"]>[0]): boolean {
    return this.#states.isReachable(block);
  }
}

function known(op: Operation, operands: readonly RangeState[]): (IntegerRange | undefined)[] {
  return operands.map((s, i) => (typeof s === "object" ? clamp(s, op.operand(i).type) : undefined));
}

/** Ranges inside of an operation, for the cache of a pass manager. */
export const integerRangesAnalysis: {
  readonly name: string;
  compute(op: Operation): IntegerRanges;
} = {
  name: "integer-ranges",
  compute: (op) => new IntegerRanges(op),
};
