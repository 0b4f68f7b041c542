/** What the operations of `ub` do when a program runs. */
import { interpretOf, uninitializedValue } from "@strata/interpret";
import type { InterfaceBinding } from "@strata/ir";
import { PoisonOp, UnreachableOp } from "./ops.ts";

/** How the operations run: poison is a pattern that shows, what cannot be reached ends the run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretOf(PoisonOp, (op) => uninitializedValue(op.result.type)),
  interpretOf(UnreachableOp, (op, _args, cx) =>
    cx.fail(op, "ub.unreachable", "a place was reached that is marked as unreachable"),
  ),
];
