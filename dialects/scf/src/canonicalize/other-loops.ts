/** Conditional and parallel loops: conditions that are known, dimensions of one iteration. */
import { ConstantOp } from "@strata/arith";
import { type Block, IntegerAttr, Region, type Value } from "@strata/ir";
import { pattern, type RewritePattern, type Rewriter } from "@strata/rewrite";
import { Parallel, ReduceReturn, While } from "../ops.ts";
import {
  constantBool,
  constantInteger,
  inlineBefore,
  isDefinedOutside,
  keep,
  likeOp,
  replaceKept,
  setPassed,
} from "./shared.ts";

// while … { …; condition(%false) %v } do { … }  →  the first region, once
const neverGoesOn = pattern("while-false", While, (op, rewriter) => {
  if (constantBool(op.conditionOp.condition) !== false) return false;
  const passed = inlineBefore(op, op.before.entry, op.inits, rewriter).slice(1);
  rewriter.replaceOp(op, passed);
  return true;
});

// condition(%c) %c  →  %true in the second region, %false as the result
const passedCondition = pattern("while-condition-passed", While, (op, rewriter) => {
  const { condition, args } = op.conditionOp;
  if (constantBool(condition) !== undefined) return false;
  let changed = false;
  const bool = (truth: boolean): Value =>
    rewriter.insert(ConstantOp.of({ value: IntegerAttr.bool(truth) })).result;
  args.forEach((v, i) => {
    if (v !== condition) return;
    const [inside, outside] = [op.after.entry.args[i]!, op.outs[i]!];
    if (!inside.isUnused) rewriter.replaceAllUsesWith(inside, bool(true));
    else if (outside.isUnused) return;
    if (!outside.isUnused) rewriter.replaceAllUsesWith(outside, bool(false));
    changed = true;
  });
  return changed;
});

/** The values that both regions always see unchanged: argument i of the first is its initial value. */
function unchangedArguments(op: While): number[] {
  const passed = op.conditionOp.args;
  const next = op.after.entry.lastOp!.operands;
  const { args } = op.before.entry;
  return args.flatMap((a, i) => {
    const v = next[i]!;
    const at = op.after.entry.args.findIndex((x) => x === v);
    const isSame = v === op.inits[i] || (at >= 0 && passed[at] === a);
    return isSame && !a.isUnused ? [i] : [];
  });
}

// while (%a = %x) { condition(%c) %a } do { ^(%b): yield %b }  →  %x in place of %a
const unchanged = pattern("while-with-invariant-argument", While, (op, rewriter) => {
  const found = unchangedArguments(op);
  for (const i of found) rewriter.replaceAllUsesWith(op.before.entry.args[i]!, op.inits[i]!);
  return found.length > 0;
});

// condition(%c) %x, %x from outside  →  %x in the second region and as the result
const passedFromOutside = pattern("while-passes-invariant", While, (op, rewriter) => {
  let changed = false;
  op.conditionOp.args.forEach((v, i) => {
    if (!isDefinedOutside(v, op)) return;
    for (const seen of [op.after.entry.args[i]!, op.outs[i]!]) {
      if (seen.isUnused) continue;
      rewriter.replaceAllUsesWith(seen, v);
      changed = true;
    }
  });
  return changed;
});

function moved(region: Region): Region {
  const made = new Region();
  made.takeBody(region);
  return made;
}

function eraseArguments(block: Block, kept: readonly boolean[], skip = 0): void {
  for (let i = kept.length - 1; i >= 0; i--) if (!kept[i]!) block.eraseArgument(skip + i);
}

// condition(%c) %a, %b, %b read nowhere  →  condition(%c) %a
const unreadResults = pattern("while-with-unread-results", While, (op, rewriter) => {
  const { after } = op;
  const kept = op.outs.map((r, i) => !r.isUnused || !after.entry.args[i]!.isUnused);
  if (!kept.includes(false)) return false;
  const condition = op.conditionOp;
  setPassed(condition, keep(condition.args, kept), rewriter, 1);
  eraseArguments(after.entry, kept);
  const types = { outs: keep(op.resultTypes, kept) };
  const init = { inits: op.inits, before: moved(op.before), after: moved(after) };
  replaceKept(op, rewriter.insert(While.of(init, { ...likeOp(op), types })), kept, rewriter);
  return true;
});

// while (%a = %x) where %a is not read  →  while ()
const unreadArguments = pattern("while-with-unread-arguments", While, (op, rewriter) => {
  const { args } = op.before.entry;
  const kept = args.map((a) => !a.isUnused);
  if (!kept.includes(false)) return false;
  const end = op.after.entry.lastOp!;
  setPassed(end, keep(end.operands, kept), rewriter);
  eraseArguments(op.before.entry, kept);
  const init = { inits: keep(op.inits, kept), before: moved(op.before), after: moved(op.after) };
  const types = { outs: op.resultTypes };
  rewriter.replaceOpWith(op, While.of(init, { ...likeOp(op), types }));
  return true;
});

/** How often each dimension of a nest runs, as far as it matters. */
function dimensions(op: Parallel): ("none" | "once" | "more")[] {
  return op.lowerBound.map((v, d) => {
    const [low, high] = [constantInteger(v), constantInteger(op.upperBound[d]!)];
    if (v === op.upperBound[d]) return "none";
    if (low === undefined || high === undefined) return "more";
    if (low >= high) return "none";
    const step = constantInteger(op.step[d]!);
    return step !== undefined && step > 0n && low + step >= high ? "once" : "more";
  });
}

/** The body of a nest that runs once: each value is combined with its initial one. */
function inlineNest(op: Parallel, rewriter: Rewriter): void {
  const { reduce, body, initVals } = op;
  const regions = [...reduce.reductions];
  rewriter.inlineBlock(body, op.parent!, op, op.lowerBound);
  const values = regions.map((r, i) => {
    const [input] = [reduce.inputs[i]!];
    const end = r.entry.lastOp;
    if (!(end instanceof ReduceReturn)) throw new Error("a reduction without its end");
    rewriter.inlineBlock(r.entry, op.parent!, op, [initVals[i]!, input]);
    const { result } = end;
    rewriter.eraseOp(end);
    return result;
  });
  rewriter.eraseOp(reduce);
  rewriter.replaceOp(op, values);
}

// parallel (%i, %j) = (%c0, %a) to (%c1, %b) step (%c1, %s)  →  parallel (%j), %i is %c0
const fewIterations = pattern("parallel-of-few-iterations", Parallel, (op, rewriter) => {
  const dims = dimensions(op);
  if (dims.includes("none")) {
    rewriter.replaceOp(op, op.initVals);
    return true;
  }
  const kept = dims.map((d) => d === "more");
  if (!kept.includes(false)) return false;
  if (!kept.includes(true)) {
    inlineNest(op, rewriter);
    return true;
  }
  const { body } = op;
  kept.forEach((k, d) => {
    if (!k) rewriter.replaceAllUsesWith(body.args[d]!, op.lowerBound[d]!);
  });
  eraseArguments(body, kept);
  const init = {
    lowerBound: keep(op.lowerBound, kept),
    upperBound: keep(op.upperBound, kept),
    step: keep(op.step, kept),
    initVals: op.initVals,
    region: moved(op.region),
  };
  const types = { outs: op.resultTypes };
  rewriter.replaceOpWith(op, Parallel.of(init, { ...likeOp(op), types }));
  return true;
});

/** The patterns of this file. */
export const otherLoopPatterns: readonly RewritePattern[] = [
  neverGoesOn,
  passedCondition,
  unchanged,
  passedFromOutside,
  unreadResults,
  unreadArguments,
  fewIterations,
];
