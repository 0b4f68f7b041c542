/** Composes the dialect `omp`. */
import { defineDialect, type Dialect, LoopLikeInterface } from "@strata/ir";
import { ProcBindKindAttr, ScheduleKindAttr, ScheduleModifierAttr } from "./attributes.ts";
import { interpretation } from "./interpret.ts";
import * as ops from "./ops.ts";

/** The dialect of OpenMP: teams of threads and the work they share. */
export const omp: Dialect = defineDialect({
  name: "omp",
  partial: true,
  summary: "Teams of threads and the work they share, as OpenMP has them.",
  ops: [
    ops.Barrier,
    ops.Critical,
    ops.CriticalDeclare,
    ops.DeclareReduction,
    ops.Flush,
    ops.LoopNest,
    ops.Masked,
    ops.Master,
    ops.Parallel,
    ops.Single,
    ops.Terminator,
    ops.Wsloop,
    ops.Yield,
  ],
  attributes: [ProcBindKindAttr.syntax, ScheduleKindAttr.syntax, ScheduleModifierAttr.syntax],
  interfaces: [
    ...interpretation,
    LoopLikeInterface.on([ops.LoopNest], { loopRegions: (op) => op.regions }),
  ],
});
