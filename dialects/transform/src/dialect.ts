/** Composes the dialect `transform`. */
import { defineDialect, type Dialect } from "@strata/ir";
import { actionBehaviour } from "./apply/actions.ts";
import { sequenceBehaviour } from "./apply/apply.ts";
import { handleBehaviour } from "./apply/handles.ts";
import { loopBehaviour } from "./apply/loops.ts";
import { matchBehaviour } from "./apply/matching.ts";
import { vectorizeBehaviour } from "./apply/vectorize.ts";
import { transformOps } from "./ops.ts";
import { transformTypes } from "./types.ts";

/** The dialect of schedules: programs that say how other programs are transformed. */
export const transform: Dialect = defineDialect({
  name: "transform",
  summary: "Schedules: programs that say how other programs are transformed.",
  ops: transformOps,
  partial: true,
  types: transformTypes.map((t) => t.syntax),
  interfaces: [
    ...sequenceBehaviour,
    ...handleBehaviour,
    ...matchBehaviour,
    ...actionBehaviour,
    ...loopBehaviour,
    ...vectorizeBehaviour,
  ],
});
