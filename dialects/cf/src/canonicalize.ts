/**
 * Rewrites of branches into canonical form. Blocks that nothing branches to any more are left to
 * the simplification of regions.
 */
import { ConstantOp, isInteger, SelectOp, XOrI } from "@strata/arith";
import {
  type Attribute,
  type Block,
  BranchInterface,
  DenseArrayAttr,
  DenseElementsAttr,
  IntegerAttr,
  type IntegerType,
  type InterfaceBinding,
  type Operation,
  type Value,
  VectorType,
} from "@strata/ir";
import {
  canonicalizations,
  constantValueOf,
  pattern,
  type RewritePattern,
  type Rewriter,
} from "@strata/rewrite";
import { AssertOp, BranchOp, CondBranchOp, switchOperands, SwitchOp } from "./ops.ts";

/** Replaces a branch by one to its successor `i`. */
function goTo(op: Operation, i: number, rewriter: Rewriter): void {
  const dest = op.successors[i];
  const passed = BranchInterface.of(op)?.successorOperands(op, i);
  if (dest === undefined || passed === undefined) throw new Error(`${op.name} has no way ${i}`);
  rewriter.replaceOpWith(op, BranchOp.of({ dest, destOperands: passed }));
}

/** The successor that constant operands decide. */
function decided(op: Operation): number | undefined {
  const constants = op.operands.map((v): Attribute | undefined => constantValueOf(v));
  return BranchInterface.of(op)?.constantSuccessor?.(op, constants);
}

const sameValues = (a: readonly Value[], b: readonly Value[]): boolean =>
  a.length === b.length && a.every((v, i) => v === b[i]);

// --- blocks that only branch on ------------------------------------------------------------------

/** The branch of a block that does nothing else, if its arguments are used nowhere else. */
function tryPassThrough(block: Block): BranchOp | undefined {
  const only = block.firstOp;
  if (!(only instanceof BranchOp) || only.dest === block) return undefined;
  for (const a of block.args) if (a.uses().some((u) => u.owner !== only)) return undefined;
  return only;
}

/** Whether following blocks that only branch on comes to an end. */
function endsSomewhere(block: Block): boolean {
  const seen = new Set<Block>();
  let at = block;
  for (let next = tryPassThrough(at); next !== undefined; next = tryPassThrough(at)) {
    if (seen.has(at)) return false;
    seen.add(at);
    at = next.dest;
  }
  return true;
}

/** What a block's branch passes on when the block gets `passed`. */
function forwarded(block: Block, through: BranchOp, passed: readonly Value[]): Value[] {
  return through.operands.map((v) => {
    const i = block.args.findIndex((a) => a === v);
    return i < 0 ? v : passed[i]!;
  });
}

// br ^a, ^a: br ^b  →  br ^b, for every way of every branch
const branchThrough = pattern<Operation>(
  "branch-through-block",
  [BranchOp, CondBranchOp, SwitchOp],
  (op, rewriter) => {
    const branching = BranchInterface.of(op);
    if (branching === undefined) return false;
    for (let i = 0; i < op.successors.length; i++) {
      const block = op.successors[i]!;
      const through = tryPassThrough(block);
      if (through === undefined || through === op || !endsSomewhere(block)) continue;
      const values = forwarded(block, through, branching.successorOperands(op, i));
      rewriter.modifyInPlace(op, () => {
        branching.setSuccessorOperands(op, i, values);
        op.successors[i] = through.dest;
      });
      return true;
    }
    return false;
  },
);

// br ^a where nothing else goes to ^a  →  the operations of ^a
const mergeBlocks = pattern("br-merges-block", BranchOp, (op, rewriter) => {
  const { dest, parent } = op;
  const region = parent?.parent;
  if (parent === null || region === null || region === undefined) return false;
  if (dest === parent || dest === region.firstBlock) return rewriter.fail("a loop or the entry");
  if (dest.args.length !== op.numOperands) return false;
  for (const b of dest.predecessors())
    if (b !== parent) return rewriter.fail("other ways lead here");
  const args = op.operands;
  rewriter.eraseOp(op);
  rewriter.inlineBlock(dest, parent, null, args);
  return true;
});

// --- conditional branches ------------------------------------------------------------------------

// cond_br true, ^a, ^b → br ^a, and switches alike
const constantBranch = pattern<Operation>(
  "branch-of-constant",
  [CondBranchOp, SwitchOp],
  (op, rewriter) => {
    const way = decided(op);
    if (way === undefined) return false;
    goTo(op, way, rewriter);
    return true;
  },
);

// cond_br c, ^a(x), ^a(y) → br ^a(select(c, x, y))
const oneDestination = pattern("cond-br-to-one-block", CondBranchOp, (op, rewriter) => {
  const { condition, trueDest, falseDest } = op;
  if (trueDest !== falseDest) return false;
  const chosen = op.trueDestOperands.map((whenTrue, i) => {
    const whenFalse = op.falseDestOperands[i]!;
    if (whenTrue === whenFalse) return whenTrue;
    const select = SelectOp.of({ condition, true_value: whenTrue, false_value: whenFalse });
    return rewriter.insert(select).result;
  });
  rewriter.replaceOpWith(op, BranchOp.of({ dest: trueDest, destOperands: chosen }));
  return true;
});

function swapped(weights: DenseArrayAttr | undefined): DenseArrayAttr | undefined {
  return weights === undefined ? undefined : DenseArrayAttr.i32([...weights.numbers].reverse());
}

// cond_br ¬c, ^a, ^b → cond_br c, ^b, ^a
const negatedCondition = pattern("cond-br-of-not-swaps", CondBranchOp, (op, rewriter) => {
  const not = op.condition.definingOp;
  if (!(not instanceof XOrI) || !isInteger(constantValueOf(not.rhs), -1n)) return false;
  rewriter.replaceOpWith(
    op,
    CondBranchOp.of({
      condition: not.lhs,
      trueDest: op.falseDest,
      falseDest: op.trueDest,
      trueDestOperands: op.falseDestOperands,
      falseDestOperands: op.trueDestOperands,
      branch_weights: swapped(op.branch_weights),
    }),
  );
  return true;
});

/** Makes uses of a condition in a block that only one of its ways leads to a constant. */
function decideInside(op: CondBranchOp, dest: Block, holds: boolean, rewriter: Rewriter): boolean {
  const { condition } = op;
  const isUse = (user: Operation): boolean => user.parent === dest;
  if (!condition.uses().some((u) => isUse(u.owner))) return false;
  const from = dest.predecessors();
  if (from.length !== 1 || dest === op.parent || dest === dest.parent?.firstBlock) return false;
  rewriter.setToStart(dest);
  const { result } = rewriter.insert(ConstantOp.of({ value: IntegerAttr.bool(holds) }));
  rewriter.replaceUsesIf(condition, result, isUse);
  return true;
}

// cond_br c, ^a, ^b: c is true in ^a and false in ^b
const knownCondition = pattern("cond-br-decides-condition", CondBranchOp, (op, rewriter) => {
  if (op.trueDest === op.falseDest || constantValueOf(op.condition) !== undefined) return false;
  const first = decideInside(op, op.trueDest, true, rewriter);
  return decideInside(op, op.falseDest, false, rewriter) || first;
});

// --- switches ------------------------------------------------------------------------------------

// switch x, [default: ^a, 1: ^a, 2: ^b] → switch x, [default: ^a, 2: ^b]
const casesLikeDefault = pattern("switch-drops-cases-like-default", SwitchOp, (op, rewriter) => {
  const [fallback = [], ...cases] = switchOperands(op);
  const kept = cases.flatMap((passed, i) => {
    const dest = op.successors[i + 1]!;
    const same = dest === op.defaultDestination && sameValues(passed, fallback);
    return same ? [] : [{ passed, dest, value: op.case_values?.at(i) }];
  });
  if (kept.length === 0) {
    goTo(op, 0, rewriter);
    return true;
  }
  if (kept.length === cases.length) return false;
  const type = VectorType.get([kept.length], op.flag.type as IntegerType);
  const values = kept.flatMap(({ value }) => (value instanceof IntegerAttr ? [value] : []));
  rewriter.replaceOpWith(
    op,
    SwitchOp.of({
      flag: op.flag,
      defaultOperands: fallback,
      caseOperands: kept.flatMap((k) => k.passed),
      case_values: DenseElementsAttr.get(type, values),
      case_operand_segments: DenseArrayAttr.i32(kept.map((k) => k.passed.length)),
      defaultDestination: op.defaultDestination,
      caseDestinations: kept.map((k) => k.dest),
    }),
  );
  return true;
});

// --- assertions ----------------------------------------------------------------------------------

// assert true → nothing
const trueAssertion = pattern("assert-of-true", AssertOp, (op, rewriter) => {
  if (!isInteger(constantValueOf(op.arg), 1n)) return false;
  rewriter.eraseOp(op);
  return true;
});

/** The canonicalizations of branches. */
export const cfPatterns: readonly RewritePattern[] = [
  constantBranch,
  oneDestination,
  negatedCondition,
  branchThrough,
  mergeBlocks,
  knownCondition,
  casesLikeDefault,
  trueAssertion,
];

/** How the operations are brought into canonical form. */
export const canonicalizers: readonly InterfaceBinding[] = canonicalizations(cfPatterns);
