/** What the operations of `func` do when a program runs; `func.return` yields by its trait. */
import { FunctionValue, interpretAs, interpretOf } from "@strata/interpret";
import { FunctionType, type InterfaceBinding } from "@strata/ir";
import { CallIndirectOp, CallOp, ConstantOp } from "./ops.ts";

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretOf(
    CallOp,
    (op, args, cx) => cx.call(op.callee, args, op),
    (op, args, cx) => cx.callSuspendable(op.callee, args, op),
  ),
  interpretOf(CallIndirectOp, (op, [callee, ...args], cx) => {
    if (callee instanceof FunctionValue) return cx.call(callee.symbol, args);
    return cx.fail(op, "func.callee", "the callee is no function of this module");
  }),
  interpretAs(ConstantOp, (op) => {
    const type = op.result.type;
    if (!(type instanceof FunctionType)) throw new Error("func.constant has no function type");
    const value = new FunctionValue(op.value.root, type);
    return () => value;
  }),
];
