/** What shared code may ask of the operations: branches, calls, effects on memory. */
import {
  type Branching,
  BranchInterface,
  CallInterface,
  DenseArrayAttr,
  type EffectKind,
  type InterfaceBinding,
  IntegerAttr,
  type MemoryEffect,
  MemoryEffectsInterface,
  type Operation,
  type OpRef,
  SymbolRefAttr,
  UnitAttr,
} from "@strata/ir";
import { AtomicOrdering, MemoryEffectsAttr } from "./attributes.ts";
import { caseOperandsOf, caseValuesOf } from "./control-ops.ts";
import * as ops from "./ops.ts";

const br: Branching = {
  successorOperands: (op) => op.operandGroup(0),
  setSuccessorOperands: (op, _i, values) => op.setOperandGroup(0, values),
};

const condBr: Branching = {
  successorOperands: (op, i) => op.operandGroup(i + 1),
  setSuccessorOperands: (op, i, values) => op.setOperandGroup(i + 1, values),
  constantSuccessor: (_op, [condition]) =>
    condition instanceof IntegerAttr ? (condition.isTrue ? 0 : 1) : undefined,
};

const switchBranch: Branching = {
  successorOperands: (op, i) => (i === 0 ? op.operandGroup(1) : caseOperandsOf(op)[i - 1]!),
  setSuccessorOperands(op, i, values) {
    if (i === 0) {
      op.setOperandGroup(1, values);
      return;
    }
    const groups = caseOperandsOf(op).map((own, k) => (k === i - 1 ? [...values] : own));
    op.setAttr("case_operand_segments", DenseArrayAttr.i32(groups.map((g) => g.length)));
    op.setOperandGroup(2, groups.flat());
  },
  constantSuccessor(op, [value]) {
    if (!(value instanceof IntegerAttr)) return undefined;
    return caseValuesOf(op).indexOf(value.value) + 1;
  },
};

/** Effects on the memory behind some operands; a volatile or ordered access touches all memory. */
function touches(
  classes: readonly OpRef[],
  effects: readonly (readonly [EffectKind, number])[],
): InterfaceBinding {
  return MemoryEffectsInterface.on(classes, {
    effects(op) {
      if (isOrdered(op)) return everything;
      return effects.map(([kind, i]) => ({ kind, value: op.operand(i) }));
    },
  });
}

const everything: readonly MemoryEffect[] = [
  { kind: "read", value: undefined },
  { kind: "write", value: undefined },
];
const unordered = new Set([AtomicOrdering.attr("not_atomic"), AtomicOrdering.attr("unordered")]);

function isOrdered(op: Operation): boolean {
  if (op.getAttr("volatile_") instanceof UnitAttr) return true;
  const volatile = op.getAttr("isVolatile");
  if (volatile instanceof IntegerAttr && volatile.isTrue) return true;
  const ordering = op.getAttr("ordering") ?? op.getAttr("success_ordering");
  return ordering instanceof IntegerAttr && !unordered.has(ordering);
}

function callEffects(op: Operation): readonly MemoryEffect[] {
  const given = op.getAttr("memory_effects");
  if (!(given instanceof MemoryEffectsAttr)) return everything;
  const kinds = Object.values(given.values);
  const does = (...names: string[]): boolean => kinds.some((k) => names.includes(String(k)));
  const all: MemoryEffect[] = [];
  if (does("read", "readwrite")) all.push({ kind: "read", value: undefined });
  if (does("write", "readwrite")) all.push({ kind: "write", value: undefined });
  return all;
}

/** Everything above, to install with the dialect. */
export const interfaces: readonly InterfaceBinding[] = [
  BranchInterface.on(ops.BrOp, br),
  BranchInterface.on(ops.CondBrOp, condBr),
  BranchInterface.on(ops.SwitchOp, switchBranch),
  CallInterface.on(ops.CallOp, {
    callee(op) {
      const a = op.getAttr("callee");
      return a instanceof SymbolRefAttr ? a : undefined;
    },
    arguments: (op) => op.operandGroup(0).slice(op.getAttr("callee") === undefined ? 1 : 0),
  }),
  MemoryEffectsInterface.on(ops.AllocaOp, {
    effects: (op) => [{ kind: "allocate", value: op.resultAt(0) }],
  }),
  MemoryEffectsInterface.on(ops.CallOp, { effects: callEffects }),
  touches([ops.LoadOp, ops.MaskedLoadOp, ops.MaskedExpandLoadOp], [["read", 0]]),
  touches([ops.StoreOp, ops.MaskedStoreOp, ops.MaskedCompressStoreOp], [["write", 1]]),
  touches(
    [ops.AtomicRMWOp, ops.AtomicCmpXchgOp],
    [
      ["read", 0],
      ["write", 0],
    ],
  ),
  touches(
    [ops.MemcpyOp, ops.MemmoveOp],
    [
      ["read", 1],
      ["write", 0],
    ],
  ),
  touches([ops.MemsetOp], [["write", 0]]),
  MemoryEffectsInterface.on(ops.MaskedGatherOp, {
    effects: () => [{ kind: "read", value: undefined }],
  }),
  MemoryEffectsInterface.on(ops.MaskedScatterOp, {
    effects: () => [{ kind: "write", value: undefined }],
  }),
  // The stack, hints and fences: nothing may move across them and they are never dead.
  MemoryEffectsInterface.on(
    [
      ops.AssumeOp,
      ops.FenceOp,
      ops.LifetimeEndOp,
      ops.LifetimeStartOp,
      ops.PrefetchOp,
      ops.StackRestoreOp,
      ops.StackSaveOp,
    ],
    { effects: () => everything },
  ),
];
