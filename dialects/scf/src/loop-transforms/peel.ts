/**
 * Peeling: the last, partial step or the first one gets a loop of its own.
 *
 * ```mlir
 * scf.for %i = %lb to %ub step %s { f(%i) }
 * // behind
 * scf.for %i = %lb to %split step %s { f(%i) }   // %split − %lb is a multiple of %s
 * scf.for %i = %split to %ub step %s { f(%i) }   // at most once
 * ```
 */
import { Builder } from "@strata/ir";
import type { For } from "../ops.ts";
import { BoundArithmetic, expectSigned, refuse, tryConstant } from "./bounds.ts";
import { copyLoop } from "./copy-body.ts";

/** The two loops, in order. */
export interface Peeled {
  readonly first: For;
  readonly second: For;
}

/** Whether it is known that the step divides the range. */
export function isDivisible(loop: For): boolean {
  const [lower, upper, step] = [loop.lowerBound, loop.upperBound, loop.step].map(tryConstant);
  if (step === 1n) return true;
  if (lower === undefined || upper === undefined || step === undefined) return false;
  return upper <= lower || (upper - lower) % step === 0n;
}

/** Splits off the step that is not whole: `first` runs whole steps only, `second` at most once. */
export function peelLast(loop: For): Peeled {
  expectSigned(loop, "peeling");
  if (isDivisible(loop)) {
    refuse(loop, "scf.peel-divisible", "the step divides the range of the loop: nothing to peel");
  }
  const b = Builder.before(loop);
  b.location = loop.location;
  const n = new BoundArithmetic(b, loop);
  const { lowerBound, upperBound, step } = loop;
  const distance = n.max(n.sub(upperBound, lowerBound), n.constant(0));
  const split = n.add(lowerBound, n.sub(distance, n.rem(distance, step)));
  return splitAt(b, loop, split);
}

/** Splits off the first step: `first` runs at most once. */
export function peelFirst(loop: For): Peeled {
  expectSigned(loop, "peeling");
  const b = Builder.before(loop);
  b.location = loop.location;
  const n = new BoundArithmetic(b, loop);
  const { lowerBound, upperBound, step } = loop;
  // An empty loop stays empty: the split is not behind its end.
  return splitAt(b, loop, n.min(n.add(lowerBound, step), n.max(lowerBound, upperBound)));
}

function splitAt(b: Builder, loop: For, split: For["lowerBound"]): Peeled {
  const first = copyLoop(b, loop, loop.lowerBound, split, loop.initArgs);
  const second = copyLoop(b, loop, split, loop.upperBound, first.results);
  loop.replaceWith(second.results);
  return { first, second };
}
