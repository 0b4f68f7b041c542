/** The memref dialect, composed. */
import { defineDialect, type Dialect, MemoryEffectsInterface } from "@strata/ir";
import { interpretation } from "./interpret.ts";
import * as ops from "./ops.ts";

export const memref: Dialect = defineDialect({
  name: "memref",
  summary: "Buffers and accesses to them.",
  ops: [
    ops.Alloc,
    ops.Alloca,
    ops.Cast,
    ops.CollapseShape,
    ops.Copy,
    ops.Dealloc,
    ops.Dim,
    ops.Load,
    ops.Rank,
    ops.Store,
  ],
  interfaces: [
    ...interpretation,
    MemoryEffectsInterface.on([ops.Alloc, ops.Alloca], {
      effects: (op) => [{ kind: "allocate", value: op.results[0] }],
    }),
    MemoryEffectsInterface.on(ops.Dealloc, {
      effects: (op) => [{ kind: "free", value: op.operand(0) }],
    }),
    MemoryEffectsInterface.on(ops.Load, {
      effects: (op) => [{ kind: "read", value: op.operand(0) }],
    }),
    MemoryEffectsInterface.on(ops.Store, {
      effects: (op) => [{ kind: "write", value: op.operand(1) }],
    }),
    MemoryEffectsInterface.on(ops.Copy, {
      effects: (op) => [
        { kind: "read", value: op.operand(0) },
        { kind: "write", value: op.operand(1) },
      ],
    }),
  ],
});
