/** Copies of index arithmetic, folded where operands are known. */
import * as arith from "@strata/arith";
import { i1, IndexType, type Operation } from "@strata/ir";
import { type Code, type Idx, known } from "./code.ts";
import { RewritingCopy } from "./rewriting-copy.ts";

const comparisons: Partial<Record<string, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  slt: (a, b) => a < b,
  sle: (a, b) => a <= b,
  sgt: (a, b) => a > b,
  sge: (a, b) => a >= b,
};

/** A copy of scalar code that computes what is known. */
export class FoldingCopy extends RewritingCopy {
  constructor(code: Code) {
    super(code, tryFold);
  }
}

function tryFold(op: Operation, copy: RewritingCopy): boolean {
  const { code } = copy;
  if (op instanceof arith.CmpI) {
    const [a, b] = [known(copy.get(op.lhs)), known(copy.get(op.rhs))];
    const test = comparisons[String(arith.CmpIPredicate.nameOf(op.predicate))];
    if (a === undefined || b === undefined || test === undefined) return false;
    copy.define(op.result, code.number(test(a, b) ? 1 : 0, i1));
    return true;
  }
  if (op instanceof arith.SelectOp) {
    const condition = known(copy.get(op.condition));
    if (condition === undefined) return false;
    copy.define(op.result, copy.get(condition === 0 ? op.false_value : op.true_value));
    return true;
  }
  const [result] = op.results;
  if (op.numOperands !== 2 || !(result?.type instanceof IndexType)) return false;
  const [a, b] = [copy.get(op.operand(0)), copy.get(op.operand(1))];
  const folded = binary(op, code, a, b);
  if (folded === undefined) return false;
  copy.define(result, code.value(folded));
  return true;
}

function binary(op: Operation, code: Code, a: Idx, b: Idx): Idx | undefined {
  if (op instanceof arith.AddI) return code.add(a, b);
  if (op instanceof arith.SubI) return code.sub(a, b);
  if (op instanceof arith.MulI) return code.mul(a, b);
  if (op instanceof arith.MinSI) return code.min(a, b);
  if (op instanceof arith.MaxSI) return code.max(a, b);
  return undefined;
}
