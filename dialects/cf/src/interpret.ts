/** What the operations of `cf` do when a program runs. */
import { interpretOf, type RuntimeValue } from "@strata/interpret";
import type { InterfaceBinding } from "@strata/ir";
import { switchTarget } from "./branches.ts";
import { AssertOp, BranchOp, CondBranchOp, switchOperands, SwitchOp } from "./ops.ts";

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretOf(BranchOp, (op, args) => ({ kind: "branch", successor: op.dest, args })),
  interpretOf(CondBranchOp, (op, args) => {
    const middle = 1 + op.definition.operandLength(op, 1);
    return args[0] === 0
      ? { kind: "branch", successor: op.falseDest, args: args.slice(middle) }
      : { kind: "branch", successor: op.trueDest, args: args.slice(1, middle) };
  }),
  interpretOf(SwitchOp, (op, args) => {
    const [flag] = args as [RuntimeValue & (number | bigint)];
    const target = switchTarget(op, BigInt(flag));
    const passed = switchOperands(op);
    let from = 1;
    for (let i = 0; i < target; i++) from += passed[i]!.length;
    const to = from + passed[target]!.length;
    return { kind: "branch", successor: op.successors[target]!, args: args.slice(from, to) };
  }),
  interpretOf(AssertOp, (op, [holds], cx) => {
    if (holds === 0) cx.fail(op, "cf.assert", `assertion failed: ${op.msg.value}`);
  }),
];
