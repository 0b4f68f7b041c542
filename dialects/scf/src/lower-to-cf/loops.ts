/** Counted and conditional loops to blocks. */
import { AddI, CmpI, CmpIPredicate, OverflowAttr } from "@strata/arith";
import { BranchOp, CondBranchOp } from "@strata/cf";
import { type Block, IndexType, type Operation, type Region, type Type } from "@strata/ir";
import { conversionPattern, type Rewriter, type RewritePattern } from "@strata/rewrite";
import * as ops from "../ops.ts";

/** Splits in front of `op`, whose operations behind it then stand in a block of their own. */
export function splitAround(
  op: Operation,
  r: Rewriter,
): { readonly from: Block; readonly rest: Block; readonly region: Region } {
  const from = op.parent!;
  const rest = r.splitBlock(op);
  return { from, rest, region: rest.parent! };
}

/** Hints of a loop that LLVM takes at its closing branch. */
const loopHints = "llvm.loop_annotation";

/** Branches back to the head of a loop, with the hints of the loop. */
function closeLoop(loop: Operation, branch: BranchOp): BranchOp {
  const hints = loop.getAttr(loopHints);
  if (hints !== undefined) branch.setAttr(loopHints, hints);
  return branch;
}

/** No sum of positions leaves the range of exact numbers, which 64 bits hold. */
const stepFlags = (type: Type): OverflowAttr =>
  type instanceof IndexType ? OverflowAttr.of("nsw") : OverflowAttr.none;

const countedLoop = conversionPattern(
  "scf.for-to-cf",
  ops.For,
  (op, _adaptor, r) => {
    const { from, rest, region } = splitAround(op, r);
    const { lowerBound, upperBound, step, initArgs, inductionVar } = op;
    const bodyBlock = op.body;
    const head = r.createBlockBefore(
      region,
      rest,
      bodyBlock.args.map((a) => a.type),
    );
    head.args.forEach((arg, i) => r.replaceAllUsesWith(bodyBlock.args[i]!, arg));
    for (let i = bodyBlock.args.length - 1; i >= 0; i--) bodyBlock.eraseArgument(i);
    const [iv, ...carried] = head.args;

    // The body closes the loop.
    const last = bodyBlock.lastOp!;
    const values = last.operands;
    r.setBefore(last);
    const overflowFlags = stepFlags(inductionVar.type);
    const next = r.insert(AddI.of({ lhs: iv!, rhs: step, overflowFlags })).result;
    const back = closeLoop(op, BranchOp.of({ dest: head, destOperands: [next, ...values] }));
    r.insert(back);
    r.eraseOp(last);
    r.inlineRegion(op.region, region, rest);

    r.setToEnd(head);
    const predicate = CmpIPredicate.attr(op.unsignedCmp ? "ult" : "slt");
    const condition = r.insert(CmpI.of({ predicate, lhs: iv!, rhs: upperBound })).result;
    r.insert(
      CondBranchOp.of({
        condition,
        trueDest: bodyBlock,
        falseDest: rest,
        trueDestOperands: [],
        falseDestOperands: [],
      }),
    );
    r.setToEnd(from);
    r.insert(BranchOp.of({ dest: head, destOperands: [lowerBound, ...initArgs] }));
    r.replaceOp(op, carried);
    return true;
  },
  { doc: "A head with the condition, the body, and what follows." },
);

const conditionalLoop = conversionPattern(
  "scf.while-to-cf",
  ops.While,
  (op, _adaptor, r) => {
    const { from, rest, region } = splitAround(op, r);
    const [before, after] = [op.before.entry, op.after.entry];
    const test = op.conditionOp;
    const passed = [...test.args];
    const condition = test.condition;

    const last = after.lastOp!;
    r.setBefore(last);
    r.insert(closeLoop(op, BranchOp.of({ dest: before, destOperands: last.operands })));
    r.eraseOp(last);
    r.setBefore(test);
    r.insert(
      CondBranchOp.of({
        condition,
        trueDest: after,
        falseDest: rest,
        trueDestOperands: passed,
        falseDestOperands: [],
      }),
    );
    r.eraseOp(test);
    r.inlineRegion(op.before, region, rest);
    r.inlineRegion(op.after, region, rest);
    r.setToEnd(from);
    r.insert(BranchOp.of({ dest: before, destOperands: op.inits }));
    r.replaceOp(op, passed);
    return true;
  },
  { doc: "The first region decides, the second goes back to it." },
);

/** Patterns for loops that run in order. */
export const loopPatterns: readonly RewritePattern[] = [countedLoop, conditionalLoop];
