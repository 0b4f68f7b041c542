/**
 * The effects of each operation on memory. Those without an entry that are not pure (barriers,
 * launches of functions, waits) may do anything, so that nothing moves over them.
 */
import { type InterfaceBinding, MemoryEffectsInterface } from "@strata/ir";
import * as ops from "./ops.ts";

/** What the operations do to memory. */
export const effects: readonly InterfaceBinding[] = [
  // With a token, completion is an effect as well: what depends on it must find it.
  MemoryEffectsInterface.on(ops.Alloc, {
    effects: (op) => [{ kind: "allocate", value: op.results[0] }],
  }),
  MemoryEffectsInterface.on(ops.MmaLoad, {
    effects: (op) => [{ kind: "read", value: op.operand(0) }],
  }),
  MemoryEffectsInterface.on(ops.MmaStore, {
    effects: (op) => [{ kind: "write", value: op.operand(1) }],
  }),
  // No memory is touched, but where lanes diverge it gives another result: it can be erased only.
  MemoryEffectsInterface.on([ops.SubgroupReduce, ops.SubgroupBroadcast], { effects: () => [] }),
  MemoryEffectsInterface.on([ops.Printf, ops.SetDefaultDevice], {
    effects: () => [{ kind: "write", value: undefined }],
  }),
];
