/** What the steps of vector schedules do. */
import type { InterfaceBinding, Operation } from "@strata/ir";
import { For, Parallel } from "@strata/scf";
import {
  applyVectorPlan,
  mergeDimensions,
  NotVectorizable,
  planChoice,
  vectorizableNests,
  vectorizableReductions,
} from "@strata/scf/lower-to-vector";
import { MatchNestsOp, MergeDimensionsOp, VectorizeNestOp } from "../ops.ts";
import { transformOf } from "./interface.ts";
import { fail } from "./state.ts";

function expectNest(op: VectorizeNestOp, target: Operation): Parallel | For {
  if (target instanceof Parallel || target instanceof For) return target;
  return fail(
    op,
    "transform.nest-kind",
    `\`${op.name}\` takes \`scf.parallel\` or \`scf.for\`, not \`${target.name}\``,
  );
}

/** What these steps do. */
export const vectorizeBehaviour: readonly InterfaceBinding[] = [
  transformOf(VectorizeNestOp, (op, state) => {
    const choice = {
      lanes: Number(op.lanes.value),
      unroll: Number(op.unroll.value),
      jam: op.jam.numbers,
      laneLoop: op.reduction === undefined ? undefined : Number(op.reduction.value),
    };
    for (const target of state.ops(op, op.target)) {
      const nest = expectNest(op, target);
      const plan = planChoice(nest, choice);
      if (plan instanceof NotVectorizable) {
        fail(
          op,
          "transform.schedule-fit",
          `the schedule does not fit the kernel: ${plan.reason}`,
          "`--print-schedule` prints one that does",
        );
      }
      applyVectorPlan(nest, plan);
    }
  }),
  transformOf(MergeDimensionsOp, (op, state) => {
    for (const target of state.ops(op, op.target)) mergeDimensions(target);
  }),
  transformOf(MatchNestsOp, (op, state) => {
    const found = state
      .ops(op, op.target)
      .flatMap((o): Operation[] => [...vectorizableNests(o), ...vectorizableReductions(o)]);
    state.setOps(op.nests, found);
  }),
];
