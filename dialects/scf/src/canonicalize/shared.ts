/** What the rewrites of structured operations share. */
import {
  type Block,
  BlockArgument,
  type BuildOptions,
  IntegerAttr,
  type Operation,
  type Region,
  type ResultDecls,
  type Value,
} from "@strata/ir";
import { constantValueOf, type Rewriter } from "@strata/rewrite";

/** The integer that a value is known to be. */
export function constantInteger(v: Value): bigint | undefined {
  const attr = constantValueOf(v);
  return attr instanceof IntegerAttr ? attr.value : undefined;
}

/** Whether a value is known to be true or false. */
export function constantBool(v: Value): boolean | undefined {
  const n = constantInteger(v);
  return n === undefined ? undefined : n !== 0n;
}

/** Moves the operations of a block in front of `op`; gives what its terminator, now gone, passed. */
export function inlineBefore(
  op: Operation,
  block: Block,
  args: readonly Value[],
  rewriter: Rewriter,
): Value[] {
  const end = block.lastOp!;
  rewriter.inlineBlock(block, op.parent!, op, args);
  const values = end.operands;
  rewriter.eraseOp(end);
  return [...values];
}

/** Replaces an operation by a block that is run exactly once. */
export function replaceByBlock(
  op: Operation,
  block: Block,
  args: readonly Value[],
  rewriter: Rewriter,
): void {
  rewriter.replaceOp(op, inlineBefore(op, block, args, rewriter));
}

/** The region of `op` in which another operation stands; undefined outside of it. */
export function regionAround(op: Operation, inner: Operation): Region | undefined {
  for (let at: Operation | null = inner; at !== null; at = at.parentOp) {
    if (at.parentOp === op) return at.parent!.parent!;
  }
  return undefined;
}

/** Whether a value is computed outside of an operation. */
export function isDefinedOutside(v: Value, op: Operation): boolean {
  const block = v instanceof BlockArgument ? v.owner : v.definingOp?.parent;
  for (let r = block?.parent ?? null; r !== null; r = r.parent?.parent?.parent ?? null) {
    if (r.parent === op) return false;
  }
  return true;
}

/** The elements whose position is kept. */
export const keep = <T>(items: readonly T[], kept: readonly boolean[]): T[] =>
  items.filter((_, i) => kept[i]);

/** Location and discardable attributes, for an operation that takes the place of another. */
export function likeOp(op: Operation): BuildOptions<ResultDecls> {
  return { location: op.location, discardable: op.discardable ?? [] };
}

/** Sets the operands that a terminator passes. */
export function setPassed(
  end: Operation,
  values: readonly Value[],
  rewriter: Rewriter,
  group = 0,
): void {
  rewriter.modifyInPlace(end, () => end.setOperandGroup(group, values));
}

/** Replaces the kept results by those of `made` in order; the others must be unused. */
export function replaceKept(
  op: Operation,
  made: Operation,
  kept: readonly boolean[],
  rewriter: Rewriter,
): void {
  let next = 0;
  op.results.forEach((r, i) => {
    if (kept[i]!) rewriter.replaceAllUsesWith(r, made.results[next++]!);
  });
  rewriter.eraseOp(op);
}
