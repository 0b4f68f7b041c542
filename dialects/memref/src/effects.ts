/** The effects of each operation on memory. */
import {
  type InterfaceBinding,
  MemoryEffectsInterface,
  type Operation,
  type Value,
} from "@strata/ir";
import * as ops from "./ops.ts";

type Class = Parameters<typeof MemoryEffectsInterface.on>[0];

const reads = (of: Class, from: (op: Operation) => Value): InterfaceBinding =>
  MemoryEffectsInterface.on(of, { effects: (op) => [{ kind: "read", value: from(op) }] });

const readsAndWrites = (of: Class, what: (op: Operation) => Value): InterfaceBinding =>
  MemoryEffectsInterface.on(of, {
    effects: (op) => [
      { kind: "read", value: what(op) },
      { kind: "write", value: what(op) },
    ],
  });

/** What the operations do to memory; those without an entry are pure. */
export const effects: readonly InterfaceBinding[] = [
  MemoryEffectsInterface.on([ops.Alloc, ops.Alloca], {
    effects: (op) => [{ kind: "allocate", value: op.results[0] }],
  }),
  MemoryEffectsInterface.on(ops.Dealloc, {
    effects: (op) => [{ kind: "free", value: op.operand(0) }],
  }),
  MemoryEffectsInterface.on(ops.Realloc, {
    effects: (op) => [
      { kind: "read", value: op.operand(0) },
      { kind: "free", value: op.operand(0) },
      { kind: "allocate", value: op.results[0] },
      { kind: "write", value: op.results[0] },
    ],
  }),
  reads(ops.Load, (op) => op.operand(0)),
  MemoryEffectsInterface.on(ops.Store, {
    effects: (op) => [{ kind: "write", value: op.operand(1) }],
  }),
  MemoryEffectsInterface.on(ops.Copy, {
    effects: (op) => [
      { kind: "read", value: op.operand(0) },
      { kind: "write", value: op.operand(1) },
    ],
  }),
  readsAndWrites(ops.AtomicRMW, (op) => op.operand(1)),
  readsAndWrites(ops.GenericAtomicRMW, (op) => op.operand(0)),
  // So that it is neither erased nor moved over accesses.
  readsAndWrites(ops.Prefetch, (op) => op.operand(0)),
  reads(ops.Reshape, (op) => op.operand(1)),
  // Touches no memory, but fails for a dimension out of range: it can be erased, not moved.
  MemoryEffectsInterface.on(ops.Dim, { effects: () => [] }),
];
