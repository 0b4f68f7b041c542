/** The vector dialect, composed. */
import { defineDialect, type Dialect, MemoryEffectsInterface } from "@strata/ir";
import { CombiningKindAttr } from "./attributes.ts";
import { interpretation } from "./interpret.ts";
import * as ops from "./ops.ts";

export const vector: Dialect = defineDialect({
  name: "vector",
  summary: "SIMD values.",
  ops: [
    ops.Broadcast,
    ops.ConstantMask,
    ops.CreateMask,
    ops.Extract,
    ops.FMA,
    ops.Gather,
    ops.Insert,
    ops.Load,
    ops.MaskedLoad,
    ops.MaskedStore,
    ops.Reduction,
    ops.Scatter,
    ops.Shuffle,
    ops.Step,
    ops.Store,
  ],
  attributes: [CombiningKindAttr.syntax],
  interfaces: [
    ...interpretation,
    MemoryEffectsInterface.on([ops.Load, ops.MaskedLoad, ops.Gather], {
      effects: (op) => [{ kind: "read", value: op.operand(0) }],
    }),
    MemoryEffectsInterface.on(ops.Store, {
      effects: (op) => [{ kind: "write", value: op.operand(1) }],
    }),
    MemoryEffectsInterface.on([ops.MaskedStore, ops.Scatter], {
      effects: (op) => [{ kind: "write", value: op.operand(0) }],
    }),
  ],
});
