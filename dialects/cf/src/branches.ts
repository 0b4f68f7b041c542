/** How the branches of `cf` pass operands to blocks. */
import {
  type Attribute,
  type Branching,
  DenseArrayAttr,
  DenseElementsAttr,
  IntegerAttr,
  type Operation,
  type Value,
} from "@strata/ir";
import { switchOperands } from "./ops.ts";

/** `cf.br`: all operands go to the only successor. */
export const branchBranching: Branching = {
  successorOperands: (op) => op.operands,
  setSuccessorOperands: (op, _i, values) => op.setOperands(values),
  constantSuccessor: () => 0,
};

/** `cf.cond_br`: operand group `i + 1` goes to successor `i`. */
export const condBranchBranching: Branching = {
  successorOperands: (op, i) => op.operandGroup(i + 1),
  setSuccessorOperands: (op, i, values) => op.setOperandGroup(i + 1, values),
  constantSuccessor: (_op, [condition]) =>
    condition instanceof IntegerAttr ? (condition.isTrue ? 0 : 1) : undefined,
};

/** Replaces the operands passed to successor `i` of a switch. */
function setSwitchOperands(op: Operation, i: number, values: readonly Value[]): void {
  if (i === 0) {
    op.setOperandGroup(1, values);
    return;
  }
  const cases = switchOperands(op).slice(1);
  cases[i - 1] = [...values];
  op.setOperandGroup(2, cases.flat());
  op.setAttr("case_operand_segments", DenseArrayAttr.i32(cases.map((c) => c.length)));
}

/** The successor a switch takes for a flag. */
export function switchTarget(op: Operation, flag: bigint): number {
  const values = op.getAttr("case_values");
  if (!(values instanceof DenseElementsAttr)) return 0;
  for (let i = 0; i < op.successors.length - 1; i++) if (values.at(i).value === flag) return i + 1;
  return 0;
}

/** `cf.switch`: the default's operands, then those of each case. */
export const switchBranching: Branching = {
  successorOperands: (op, i) => switchOperands(op)[i] ?? [],
  setSuccessorOperands: setSwitchOperands,
  constantSuccessor: (op, [flag]: readonly (Attribute | undefined)[]) =>
    flag instanceof IntegerAttr ? switchTarget(op, flag.value) : undefined,
};
