/** Copies of the body of `scf.for`. */
import { type Builder, cloneOp, Mapping, type Value } from "@strata/ir";
import type { For } from "../ops.ts";

/**
 * Inserts a copy of the body for one value of the induction variable; gives the values of the next
 * iteration.
 */
export function copyBody(b: Builder, loop: For, iv: Value, carried: readonly Value[]): Value[] {
  const mapping = new Mapping().map(loop.inductionVar, iv).mapAll(loop.iterArgs, carried);
  const terminator = loop.body.lastOp;
  for (const op of loop.body.ops()) {
    if (op !== terminator) b.insert(cloneOp(op, mapping));
  }
  return loop.yielded.map((v) => mapping.value(v));
}

/** A loop like another over a part of its range; it stands where the builder is. */
export function copyLoop(
  b: Builder,
  loop: For,
  lowerBound: Value,
  upperBound: Value,
  initArgs: readonly Value[],
): For {
  const copy = cloneOp(loop);
  copy.setOperand(0, lowerBound);
  copy.setOperand(1, upperBound);
  initArgs.forEach((v, i) => copy.setOperand(3 + i, v));
  return b.insert(copy);
}
