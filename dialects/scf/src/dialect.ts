/** Composes the dialect `scf`: its operations and their behaviour. */
import { defineDialect, type Dialect } from "@strata/ir";
import { canonicalizers } from "./canonicalize.ts";
import { loopInterfaces } from "./interfaces.ts";
import { interpretation } from "./interpret.ts";
import * as ops from "./ops.ts";
import { analyses } from "./region-flow.ts";

/** Structured control flow: loops and conditions as operations with regions. */
export const scf: Dialect = defineDialect({
  name: "scf",
  summary: "Structured control flow: loops and conditions as operations with regions.",
  ops: [
    ops.Condition,
    ops.ExecuteRegion,
    ops.For,
    ops.Forall,
    ops.If,
    ops.InParallel,
    ops.IndexSwitch,
    ops.Parallel,
    ops.Reduce,
    ops.ReduceReturn,
    ops.While,
    ops.Yield,
  ],
  interfaces: [...analyses, ...canonicalizers, ...interpretation, ...loopInterfaces],
});
