/** The tensor dialect, composed. */
import { arith } from "@strata/arith";
import { defineDialect, type Dialect, MemoryEffectsInterface } from "@strata/ir";
import { canonicalizers } from "./canonicalize.ts";
import { folds } from "./fold.ts";
import { interpretation } from "./interpret.ts";
import * as ops from "./ops.ts";

export const tensor: Dialect = defineDialect({
  name: "tensor",
  summary: "Immutable arrays.",
  ops: [
    ops.Bitcast,
    ops.Cast,
    ops.CollapseShape,
    ops.Concat,
    ops.Dim,
    ops.Empty,
    ops.ExpandShape,
    ops.Extract,
    ops.ExtractSlice,
    ops.FromElements,
    ops.Gather,
    ops.Generate,
    ops.Insert,
    ops.InsertSlice,
    ops.Pad,
    ops.ParallelInsertSlice,
    ops.Rank,
    ops.Reshape,
    ops.Scatter,
    ops.Splat,
    ops.Yield,
  ],
  interfaces: [
    // They touch no memory, but fail for positions out of range: they can be erased, not moved.
    MemoryEffectsInterface.on(
      [
        ops.Concat,
        ops.Dim,
        ops.Extract,
        ops.ExtractSlice,
        ops.Gather,
        ops.Insert,
        ops.InsertSlice,
        ops.Reshape,
        ops.Scatter,
      ],
      { effects: () => [] },
    ),
    // What a parallel loop inserts must stay.
    MemoryEffectsInterface.on(ops.ParallelInsertSlice, {
      effects: (op) => [{ kind: "write", value: op.operand(1) }],
    }),
    ...folds,
    ...canonicalizers,
    ...interpretation,
  ],
  materializeConstant: (value, type) => arith.parts.materializeConstant?.(value, type),
});
