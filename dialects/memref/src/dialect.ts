/** The memref dialect, composed. */
import { arith } from "@strata/arith";
import { defineDialect, type Dialect } from "@strata/ir";
import { analyses } from "./analyses.ts";
import { canonicalizers } from "./canonicalize.ts";
import { effects } from "./effects.ts";
import { folds } from "./fold.ts";
import { interpretation } from "./interpret.ts";
import * as ops from "./ops.ts";
import { promotion } from "./promote.ts";

export const memref: Dialect = defineDialect({
  name: "memref",
  summary: "Buffers and accesses to them.",
  ops: [
    ops.Alloc,
    ops.Alloca,
    ops.AllocaScope,
    ops.AllocaScopeReturn,
    ops.AssumeAlignment,
    ops.AtomicRMW,
    ops.AtomicYield,
    ops.Cast,
    ops.CollapseShape,
    ops.Copy,
    ops.Dealloc,
    ops.Dim,
    ops.DistinctObjects,
    ops.DmaStart,
    ops.DmaWait,
    ops.ExpandShape,
    ops.ExtractAlignedPointerAsIndex,
    ops.ExtractStridedMetadata,
    ops.GenericAtomicRMW,
    ops.GetGlobal,
    ops.Global,
    ops.Load,
    ops.MemorySpaceCast,
    ops.Prefetch,
    ops.Rank,
    ops.Realloc,
    ops.ReinterpretCast,
    ops.Reshape,
    ops.Store,
    ops.SubView,
    ops.Transpose,
    ops.View,
  ],
  interfaces: [
    ...analyses,
    ...effects,
    ...folds,
    ...canonicalizers,
    ...interpretation,
    ...promotion,
  ],
  materializeConstant: (value, type) => arith.parts.materializeConstant?.(value, type),
});
