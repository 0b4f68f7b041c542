/** The pattern dialect, composed. */
import { defineDialect, type Dialect, MemoryEffectsInterface } from "@strata/ir";
import { interpretation } from "./interpret.ts";
import * as ops from "./ops.ts";
import { WindowType } from "./types.ts";

export const pattern: Dialect = defineDialect({
  name: "pattern",
  summary: "Parallel patterns with value semantics on tensors.",
  ops: [
    ops.AccessOp,
    ops.BuildOp,
    ops.ContractOp,
    ops.HistogramOp,
    ops.InsideOp,
    ops.IterateOp,
    ops.MapOp,
    ops.PositionOp,
    ops.ReduceOp,
    ops.ScanOp,
    ops.ScatterOp,
    ops.StencilOp,
    ops.YieldOp,
  ],
  types: [WindowType.syntax],
  interfaces: [
    ...interpretation,
    // An access that decides what is copied stays though nobody uses its value.
    MemoryEffectsInterface.on([ops.AccessOp, ops.InsideOp, ops.PositionOp], {
      effects: (op) => (ops.decidesReach(op) ? [{ kind: "write", value: undefined }] : []),
    }),
  ],
});
