/** Counted loops: known numbers of iterations, values that do not change or that nobody reads. */
import { Region } from "@strata/ir";
import { pattern, type RewritePattern, type Rewriter } from "@strata/rewrite";
import { For } from "../ops.ts";
import { constantInteger, inlineBefore, keep, likeOp, replaceKept, setPassed } from "./shared.ts";

/** How often a loop runs, as far as it matters; undefined where that is not known. */
function trips(op: For): "none" | "once" | undefined {
  if (op.lowerBound === op.upperBound) return "none";
  const [low, high] = [constantInteger(op.lowerBound), constantInteger(op.upperBound)];
  if (low === undefined || high === undefined) return undefined;
  const width = "width" in op.lowerBound.type ? op.lowerBound.type.width : 64;
  const order = (n: bigint): bigint => (op.unsignedCmp ? BigInt.asUintN(width, n) : n);
  const [first, end] = [order(low), order(high)];
  if (first >= end) return "none";
  const step = constantInteger(op.step);
  if (step === undefined || step <= 0n) return undefined;
  const next = first + step;
  // The next value must neither be below the bound nor wrap around.
  const limit = 1n << BigInt(op.unsignedCmp ? width : width - 1);
  return next >= end && next < limit ? "once" : undefined;
}

// for %i = %c0 to %c0 step %s iter_args(%a = %x) { … }  →  %x
const emptyLoop = pattern("for-without-iterations", For, (op, rewriter) => {
  if (trips(op) !== "none") return false;
  rewriter.replaceOp(op, op.initArgs);
  return true;
});

// for %i = %c0 to %c1 step %c1 iter_args(%a = %x) { … }  →  its body, with %c0 and %x
const singleIteration = pattern("for-of-one-iteration", For, (op, rewriter) => {
  if (trips(op) !== "once") return false;
  const values = inlineBefore(op, op.body, [op.lowerBound, ...op.initArgs], rewriter);
  rewriter.replaceOp(op, values);
  return true;
});

/** A loop that carries only some of its values. */
function rebuild(op: For, kept: readonly boolean[], rewriter: Rewriter): void {
  const yielded = keep(op.yielded, kept);
  setPassed(op.body.lastOp!, yielded, rewriter);
  for (let i = kept.length - 1; i >= 0; i--) if (!kept[i]!) op.body.eraseArgument(1 + i);
  const region = new Region();
  region.takeBody(op.region);
  const init = {
    lowerBound: op.lowerBound,
    upperBound: op.upperBound,
    step: op.step,
    initArgs: keep(op.initArgs, kept),
    region,
    unsignedCmp: op.unsignedCmp,
  };
  replaceKept(op, rewriter.insert(For.of(init, likeOp(op))), kept, rewriter);
}

// for iter_args(%a = %x) { …; yield %a }  →  %x in place of %a and of the result
const invariantArgument = pattern("for-with-invariant-argument", For, (op, rewriter) => {
  const { initArgs, yielded, iterArgs } = op;
  const changes = iterArgs.map((a, i) => yielded[i] !== a && yielded[i] !== initArgs[i]);
  if (!changes.includes(false)) return false;
  changes.forEach((c, i) => {
    if (c) return;
    rewriter.replaceAllUsesWith(iterArgs[i]!, initArgs[i]!);
    rewriter.replaceAllUsesWith(op.outs[i]!, initArgs[i]!);
  });
  rebuild(op, changes, rewriter);
  return true;
});

// for iter_args(%a = %x) { …; yield %b }, neither %a nor the result read  →  nothing carried
const unreadArgument = pattern("for-with-unread-argument", For, (op, rewriter) => {
  const kept = op.iterArgs.map((a, i) => !a.isUnused || !op.outs[i]!.isUnused);
  if (!kept.includes(false)) return false;
  rebuild(op, kept, rewriter);
  return true;
});

/** The patterns of this file. */
export const loopPatterns: readonly RewritePattern[] = [
  emptyLoop,
  singleIteration,
  invariantArgument,
  unreadArgument,
];
