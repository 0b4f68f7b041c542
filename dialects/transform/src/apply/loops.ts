/** What transformations of loops do. */
import type { InterfaceBinding, Operation } from "@strata/ir";
import { For } from "@strata/scf";
import {
  coalesceLoops,
  isDivisible,
  peelFirst,
  peelLast,
  unrollLoop,
} from "@strata/scf/loop-transforms";
import { LoopCoalesceOp, LoopPeelOp, LoopUnrollOp } from "../ops.ts";
import { transformOf } from "./interface.ts";
import { fail, type ScheduleState } from "./state.ts";

/** The loops of a handle. */
function loops(op: Operation, state: ScheduleState): For[] {
  return state.ops(op, op.operand(0)).map((o) => {
    if (o instanceof For) return o;
    return fail(op, "transform.loop-kind", `\`${op.name}\` takes \`scf.for\`, not \`${o.name}\``);
  });
}

/** What these transformations do. */
export const loopBehaviour: readonly InterfaceBinding[] = [
  transformOf(LoopUnrollOp, (op, state) => {
    for (const loop of loops(op, state)) unrollLoop(loop, Number(op.factor.value));
  }),
  transformOf(LoopCoalesceOp, (op, state) => {
    state.setOps(op.transformed, loops(op, state).map(coalesceLoops));
  }),
  transformOf(LoopPeelOp, (op, state) => {
    const firsts: For[] = [];
    const seconds: For[] = [];
    for (const loop of loops(op, state)) {
      const front = op.peel_front.isTrue;
      if (!front && isDivisible(loop) && !op.fail_if_already_divisible.isTrue) {
        firsts.push(loop);
        continue;
      }
      const { first, second } = front ? peelFirst(loop) : peelLast(loop);
      // The handle is to the loop that keeps most steps.
      firsts.push(front ? second : first);
      seconds.push(front ? first : second);
    }
    state.setOps(op.peeled_loop, firsts);
    state.setOps(op.remainder_loop, seconds);
  }),
];
