/**
 * Splitting the range of `scf.for`.
 *
 * Invariant: loops compare signed and have a positive step, so that a loop over `[lower, upper)` has
 * `max(0, ceil((upper − lower) / step))` iterations; the difference of the bounds fits the type, as
 * the trip count of the loop itself has to.
 */
import * as arith from "@strata/arith";
import { type Builder, constantAttr, IntegerAttr, opError, type Value } from "@strata/ir";
import { DiagnosticError } from "@strata/support";
import type { For } from "../ops.ts";

/** The value of a bound that is a constant. */
export function tryConstant(v: Value): bigint | undefined {
  const op = v.definingOp;
  const value = op instanceof arith.ConstantOp ? op.value : undefined;
  return value instanceof IntegerAttr ? value.value : undefined;
}

/** The number of iterations where the bounds are constants. */
export function tryTripCount(loop: For): bigint | undefined {
  const bounds = [loop.lowerBound, loop.upperBound, loop.step].map(tryConstant);
  const [lower, upper, step] = bounds;
  if (lower === undefined || upper === undefined || step === undefined) return undefined;
  if (step < 1n) return undefined;
  return upper <= lower ? 0n : (upper - lower + step - 1n) / step;
}

/** Says that a transformation does not fit a loop. */
export function refuse(loop: For, code: string, message: string, hint?: string): never {
  throw new DiagnosticError(opError(loop, code, message, hint));
}

/** Refuses loops that compare unsigned: their ranges are not split. */
export function expectSigned(loop: For, what: string): void {
  if (loop.unsignedCmp) {
    refuse(loop, "scf.loop-unsigned", `${what} takes no loop that compares unsigned`);
  }
}

/** Arithmetic on the bounds of one loop. */
export class BoundArithmetic {
  readonly #b: Builder;
  readonly #loop: For;

  constructor(b: Builder, loop: For) {
    this.#b = b;
    this.#loop = loop;
  }

  constant(n: bigint | number): Value {
    const value = constantAttr(this.#loop.lowerBound.type, n);
    return this.#b.insert(arith.ConstantOp.of({ value })).result;
  }

  add(lhs: Value, rhs: Value): Value {
    return this.#b.insert(arith.AddI.of({ lhs, rhs })).result;
  }

  sub(lhs: Value, rhs: Value): Value {
    return this.#b.insert(arith.SubI.of({ lhs, rhs })).result;
  }

  mul(lhs: Value, rhs: Value): Value {
    return this.#b.insert(arith.MulI.of({ lhs, rhs })).result;
  }

  rem(lhs: Value, rhs: Value): Value {
    return this.#b.insert(arith.RemSI.of({ lhs, rhs })).result;
  }

  div(lhs: Value, rhs: Value): Value {
    return this.#b.insert(arith.DivSI.of({ lhs, rhs })).result;
  }

  max(lhs: Value, rhs: Value): Value {
    return this.#b.insert(arith.MaxSI.of({ lhs, rhs })).result;
  }

  min(lhs: Value, rhs: Value): Value {
    return this.#b.insert(arith.MinSI.of({ lhs, rhs })).result;
  }

  /** `max(0, ceil((upper − lower) / step))`. */
  tripCount(): Value {
    const { lowerBound, upperBound, step } = this.#loop;
    const known = tryTripCount(this.#loop);
    if (known !== undefined) return this.constant(known);
    const distance = this.max(this.sub(upperBound, lowerBound), this.constant(0));
    return this.#b.insert(arith.CeilDivSI.of({ lhs: distance, rhs: step })).result;
  }
}
