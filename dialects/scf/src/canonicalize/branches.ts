/** Conditions: known ones, needless results and branches, values that a select chooses. */
import { AndI, ConstantOp, SelectOp, XOrI } from "@strata/arith";
import { IntegerAttr, type Operation, type OpResult, Region, type Value } from "@strata/ir";
import { pattern, type RewritePattern, type Rewriter } from "@strata/rewrite";
import { ExecuteRegion, If, IndexSwitch, Yield, yieldedValues } from "../ops.ts";
import {
  constantBool,
  constantInteger,
  isDefinedOutside,
  keep,
  likeOp,
  regionAround,
  replaceByBlock,
  replaceKept,
  setPassed,
} from "./shared.ts";

// if %true { a } else { b }  →  a
const knownCondition = pattern("if-of-constant", If, (op, rewriter) => {
  const known = constantBool(op.condition);
  if (known === undefined) return false;
  const region = known ? op.thenRegion : op.elseRegion;
  if (region.isEmpty) rewriter.eraseOp(op);
  else replaceByBlock(op, region.entry, [], rewriter);
  return true;
});

/** A region that holds what another did. */
function moved(region: Region): Region {
  const made = new Region();
  made.takeBody(region);
  return made;
}

/** The results that something reads; undefined when all are. */
function readResults(results: readonly OpResult[]): boolean[] | undefined {
  const kept = results.map((r) => !r.isUnused);
  return kept.includes(false) ? kept : undefined;
}

function keepYielded(regions: readonly Region[], kept: readonly boolean[], r: Rewriter): void {
  for (const region of regions) {
    const end = region.firstBlock?.lastOp;
    if (end instanceof Yield) setPassed(end, keep(end.operands, kept), r);
  }
}

// %a, %unread = if …  →  %a = if …
const unreadResults = pattern("if-with-unread-results", If, (op, rewriter) => {
  const kept = readResults(op.outs);
  if (kept === undefined) return false;
  keepYielded(op.regions, kept, rewriter);
  const types = { outs: keep(op.resultTypes, kept) };
  const { condition } = op;
  const init = { condition, thenRegion: moved(op.thenRegion), elseRegion: moved(op.elseRegion) };
  replaceKept(op, rewriter.insert(If.of(init, { ...likeOp(op), types })), kept, rewriter);
  return true;
});

// if %c { a } else { }  →  if %c { a }
const emptyElse = pattern("if-with-empty-else", If, (op, rewriter) => {
  const block = op.elseBlock;
  if (op.outs.length > 0 || block === undefined || block.firstOp !== block.lastOp) return false;
  rewriter.eraseBlocks([block]);
  return true;
});

// if %c { yield %x } else { yield %y }, both from outside  →  select %c, %x, %y
const chosenValues = pattern("if-of-values-from-outside", If, (op, rewriter) => {
  const other = op.elseBlock;
  if (other === undefined || op.outs.length === 0) return false;
  const [yes, no] = [yieldedValues(op.thenBlock), yieldedValues(other)];
  let changed = false;
  op.outs.forEach((result, i) => {
    const [a, b] = [yes[i]!, no[i]!];
    if (result.isUnused || !isDefinedOutside(a, op) || !isDefinedOutside(b, op)) return;
    const init = { condition: op.condition, true_value: a, false_value: b };
    rewriter.replaceAllUsesWith(result, a === b ? a : rewriter.insert(SelectOp.of(init)).result);
    changed = true;
  });
  return changed;
});

// if %c { … %c … } else { … %c … }  →  if %c { … %true … } else { … %false … }
const knownInside = pattern("if-condition-inside", If, (op, rewriter) => {
  const inside = op.condition.uses().filter((u) => regionAround(op, u.owner) !== undefined);
  if (inside.length === 0 || constantBool(op.condition) !== undefined) return false;
  const known = new Map<Region, Value>();
  for (const use of inside) {
    const region = regionAround(op, use.owner)!;
    let value = known.get(region);
    if (value === undefined) {
      const truth = IntegerAttr.bool(region === op.thenRegion);
      known.set(region, (value = rewriter.insert(ConstantOp.of({ value: truth })).result));
    }
    rewriter.setOperand(use.owner, use.index, value);
  }
  return true;
});

// if (xori %c, %true) { a } else { b }  →  if %c { b } else { a }
const negatedCondition = pattern("if-of-negation", If, (op, rewriter) => {
  const def = op.condition.definingOp;
  if (!(def instanceof XOrI) || constantBool(def.rhs) !== true || op.elseRegion.isEmpty) {
    return false;
  }
  const init = {
    condition: def.lhs,
    thenRegion: moved(op.elseRegion),
    elseRegion: moved(op.thenRegion),
  };
  const types = { outs: op.resultTypes };
  rewriter.replaceOpWith(op, If.of(init, { ...likeOp(op), types }));
  return true;
});

// if %a { if %b { x } }  →  if (andi %a, %b) { x }
const nestedConditions = pattern("if-in-if", If, (op, rewriter) => {
  const [inner, end] = [op.thenBlock.firstOp, op.thenBlock.lastOp];
  if (!op.elseRegion.isEmpty || op.outs.length > 0 || !(inner instanceof If)) return false;
  if (inner.next !== end || !inner.elseRegion.isEmpty || inner.outs.length > 0) return false;
  if (!isDefinedOutside(inner.condition, op)) return false;
  const both = rewriter.insert(AndI.of({ lhs: op.condition, rhs: inner.condition })).result;
  const init = { condition: both, thenRegion: moved(inner.thenRegion), elseRegion: new Region() };
  rewriter.replaceOpWith(op, If.of(init, likeOp(op)));
  return true;
});

// index_switch %c1 case 1 { a } default { b }  →  a
const knownCase = pattern("index-switch-of-constant", IndexSwitch, (op, rewriter) => {
  const known = constantInteger(op.arg);
  if (known === undefined) return false;
  const at = op.caseValues.findIndex((v) => BigInt(v) === known);
  const region = at < 0 ? op.defaultRegion : op.caseRegions[at]!;
  replaceByBlock(op, region.entry, [], rewriter);
  return true;
});

// %a, %unread = index_switch …  →  %a = index_switch …
const unreadCases = pattern("index-switch-with-unread-results", IndexSwitch, (op, rewriter) => {
  const kept = readResults(op.outs);
  if (kept === undefined) return false;
  keepYielded(op.regions, kept, rewriter);
  const types = { outs: keep(op.resultTypes, kept) };
  const init = {
    arg: op.arg,
    cases: op.cases,
    defaultRegion: moved(op.defaultRegion),
    caseRegions: op.caseRegions.map(moved),
  };
  replaceKept(op, rewriter.insert(IndexSwitch.of(init, { ...likeOp(op), types })), kept, rewriter);
  return true;
});

// execute_region { a }, of one block  →  a
const plainRegion = pattern("execute-region-of-one-block", ExecuteRegion, (op, rewriter) => {
  const end: Operation | null | undefined = op.region.firstBlock?.lastOp;
  if (op.no_inline || !op.region.hasOneBlock || !(end instanceof Yield)) return false;
  replaceByBlock(op, op.region.entry, [], rewriter);
  return true;
});

/** The patterns of this file. */
export const branchPatterns: readonly RewritePattern[] = [
  knownCondition,
  unreadResults,
  emptyElse,
  chosenValues,
  knownInside,
  negatedCondition,
  nestedConditions,
  knownCase,
  unreadCases,
  plainRegion,
];
