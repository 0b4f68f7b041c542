/**
 * The operations of `cf`: branches between blocks and run-time assertions. Names, operands,
 * attributes and textual forms are upstream's.
 */
import {
  AnySignlessInteger,
  AnyType,
  attr,
  type Block,
  DenseArrayAttr,
  defineOp,
  DenseElementsAttr,
  DenseI32Array,
  I1,
  IsTerminator,
  operand,
  type Operation,
  optionalAttr,
  Pure,
  type Report,
  StrAttr,
  successor,
  type Value,
  variadic,
  variadicSuccessor,
} from "@strata/ir";
import { CaseValues, parseSwitch, printSwitch } from "./switch-syntax.ts";

function verifyPassed(
  op: Operation,
  report: Report,
  passed: readonly Value[],
  to: Block | undefined,
): void {
  const expected = to?.args.map((a) => a.type) ?? [];
  const given = passed.map((v) => v.type);
  if (given.length === expected.length && given.every((t, i) => t === expected[i])) return;
  report(
    "cf.successor-arguments",
    `\`${op.name}\` passes (${given.join(", ")}) to a block that takes (${expected.join(", ")})`,
  );
}

/** Goes to a block. */
export class BranchOp extends defineOp("cf.br", {
  summary: "Goes to a block.",
  operands: { destOperands: variadic(AnyType) },
  successors: { dest: successor() },
  traits: [Pure, IsTerminator],
  assembly: "$dest (`(` $destOperands^ `:` type($destOperands) `)`)? attr-dict",
  verify: (op, report) => verifyPassed(op, report, op.operands, op.successors[0]),
}) {}

/** Goes to one of two blocks by an i1. */
export class CondBranchOp extends defineOp("cf.cond_br", {
  summary: "Goes to one of two blocks by an i1.",
  operands: {
    condition: operand(I1),
    trueDestOperands: variadic(AnyType),
    falseDestOperands: variadic(AnyType),
  },
  attributes: {
    branch_weights: optionalAttr(DenseI32Array, "How often each way is taken, relatively."),
  },
  successors: { trueDest: successor(), falseDest: successor() },
  traits: [Pure, IsTerminator],
  assembly:
    "$condition (`weights` `(` $branch_weights^ `)`)? `,` " +
    "$trueDest (`(` $trueDestOperands^ `:` type($trueDestOperands) `)`)? `,` " +
    "$falseDest (`(` $falseDestOperands^ `:` type($falseDestOperands) `)`)? attr-dict",
  verify: (op, report) => {
    verifyPassed(op, report, op.operandGroup(1), op.successors[0]);
    verifyPassed(op, report, op.operandGroup(2), op.successors[1]);
    const weights = op.getAttr("branch_weights");
    if (!(weights instanceof DenseArrayAttr)) return;
    if (weights.values.length !== 2) {
      report("cf.branch-weights", `\`cf.cond_br\` has two weights, not ${weights.values.length}`);
    }
  },
}) {}

/** The operands of a switch that go to the default block, then to each case. */
export function switchOperands(op: Operation): Value[][] {
  const segments = op.getAttr("case_operand_segments");
  const sizes = segments instanceof DenseArrayAttr ? segments.numbers : [];
  const passed = op.operandGroup(2);
  let at = 0;
  return [op.operandGroup(1), ...sizes.map((n) => passed.slice(at, (at += n)))];
}

function verifySwitch(op: Operation, report: Report): void {
  const cases = op.successors.length - 1;
  const values = op.getAttr("case_values");
  const count = values instanceof DenseElementsAttr ? values.type.numElements : 0;
  const segments = op.getAttr("case_operand_segments");
  const sizes = segments instanceof DenseArrayAttr ? segments.numbers : [];
  if (count !== cases || sizes.length !== cases) {
    report(
      "cf.switch-cases",
      `\`cf.switch\` has ${cases} case blocks but ${count} case values and ${sizes.length} ` +
        `operand counts`,
    );
    return;
  }
  if (values instanceof DenseElementsAttr && values.type.elementType !== op.operand(0).type) {
    report(
      "cf.switch-type",
      `\`cf.switch\` switches on \`${op.operand(0).type.toString()}\` but its case values are ` +
        `\`${values.type.elementType.toString()}\``,
    );
  }
  const seen = new Set(
    Array.from({ length: count }, (_, i) => (values as DenseElementsAttr).at(i).value),
  );
  if (seen.size < count) report("cf.switch-duplicate", "`cf.switch` has a case value twice");
  if (sizes.reduce((a, b) => a + b, 0) !== op.operandGroup(2).length) {
    report("cf.switch-operands", "`case_operand_segments` does not add up to the case operands");
    return;
  }
  switchOperands(op).forEach((passed, i) => verifyPassed(op, report, passed, op.successors[i]));
}

/** Goes to the block whose value equals the flag, or to the default block. */
export class SwitchOp extends defineOp("cf.switch", {
  summary: "Goes to the block whose value equals the flag, or to the default block.",
  operands: {
    flag: operand(AnySignlessInteger),
    defaultOperands: variadic(AnyType),
    caseOperands: variadic(AnyType),
  },
  attributes: {
    case_values: optionalAttr(CaseValues, "One value of the flag's type for each case."),
    case_operand_segments: attr(DenseI32Array, "How many operands go to each case."),
  },
  successors: { defaultDestination: successor(), caseDestinations: variadicSuccessor() },
  traits: [Pure, IsTerminator],
  parse: parseSwitch,
  print: printSwitch,
  verify: verifySwitch,
}) {}

/** Stops the program with a message unless the argument holds. */
export class AssertOp extends defineOp("cf.assert", {
  summary: "Stops the program with a message unless the argument holds.",
  operands: { arg: operand(I1) },
  attributes: { msg: attr(StrAttr) },
  assembly: "$arg `,` $msg attr-dict",
}) {}

/** Every operation of the dialect. */
export const cfOps = [BranchOp, CondBranchOp, SwitchOp, AssertOp] as const;
