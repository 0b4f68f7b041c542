/**
 * Memory to values: a buffer of one element that is only read and written becomes SSA values, which
 * blocks pass on as arguments. Arguments that turn out needless are left to canonicalization.
 *
 *     %m = memref.alloca() : memref<i32>
 *     memref.store %x, %m[] : memref<i32>           →
 *     %y = memref.load %m[] : memref<i32>                 %x in place of %y
 */
import { tryAttributeOfValue, uninitializedValue } from "@strata/interpret";
import {
  type Block,
  BranchInterface,
  type Dialect,
  Dominance,
  type Operation,
  PromotableInterface,
  type Region,
  type Type,
  type Value,
  walk,
} from "@strata/ir";
import { definePass } from "@strata/pass";
import { materializeConstant, Rewriter } from "@strata/rewrite";

/** Whether every use is a plain access in a region's own blocks. */
function isPromotable(slot: Value, region: Region, dominance: Dominance): boolean {
  return slot.uses().every(({ owner }) => {
    const access = PromotableInterface.of(owner)?.access?.(owner);
    const block = owner.parent;
    const isPlain = access?.slot === slot && access.stored !== slot;
    return isPlain && block?.parent === region && dominance.isReachable(block);
  });
}

/**
 * Whether every branch to these blocks says which operands it passes, and may pass more; in a block
 * that cannot be reached no value of the slot is known.
 */
function takeArguments(blocks: ReadonlySet<Block>, region: Region, dominance: Dominance): boolean {
  for (const b of region.blocks()) {
    const end = b.lastOp;
    for (const [i, to] of (end?.successors ?? []).entries()) {
      if (!blocks.has(to)) continue;
      if (!dominance.isReachable(b)) return false;
      const passed = BranchInterface.of(end!)?.successorOperands(end!, i);
      if (passed?.length !== to.args.length) return false;
    }
  }
  return true;
}

/** Turns one slot into values; false where it stays. */
function promote(
  alloc: Operation,
  type: Type,
  region: Region,
  dominance: Dominance,
  dialects: readonly Dialect[],
): boolean {
  const slot = alloc.results[0]!;
  const home = alloc.parent!;
  if (!dominance.isReachable(home) || !isPromotable(slot, region, dominance)) return false;
  const later = new Set(
    [...region.blocks()].filter(
      (b) => b !== home && dominance.isReachable(b) && dominance.blockDominates(home, b),
    ),
  );
  // Reading what nobody has written gives what memory holds at first.
  const first = tryAttributeOfValue(uninitializedValue(type), type);
  const made = first && materializeConstant(alloc, first, type, dialects);
  if (made === undefined || !takeArguments(later, region, dominance)) return false;
  const initial = new Rewriter(home, alloc).insert(made).results[0]!;
  const incoming = new Map<Block, Value>([[home, initial]]);
  for (const b of later) incoming.set(b, b.addArgument(type));
  for (const [block, value] of incoming) {
    let current = value;
    for (let op = block.firstOp; op !== null;) {
      const next = op.next;
      const access = PromotableInterface.of(op)?.access?.(op);
      if (access?.slot === slot) {
        if (access.stored === undefined) op.results[0]!.replaceAllUsesWith(current);
        else current = access.stored;
        op.erase();
      }
      op = next;
    }
    passOn(block, current, later);
  }
  alloc.erase();
  return true;
}

/** Gives the value at a block's end to the blocks it branches to. */
function passOn(block: Block, value: Value, later: ReadonlySet<Block>): void {
  const end = block.lastOp;
  for (const [i, to] of (end?.successors ?? []).entries()) {
    if (!later.has(to)) continue;
    const branching = BranchInterface.of(end!)!;
    branching.setSuccessorOperands(end!, i, [...branching.successorOperands(end!, i), value]);
  }
}

/** Promotes the slots inside of `root`; returns how many. */
export function promoteMemory(root: Operation, dialects: readonly Dialect[] = []): number {
  const slots: { readonly alloc: Operation; readonly type: Type }[] = [];
  walk(root, (op) => {
    const type = PromotableInterface.of(op)?.slotType?.(op);
    if (type !== undefined && op !== root) slots.push({ alloc: op, type });
  });
  const dominance = new Dominance();
  let promoted = 0;
  for (const { alloc, type } of slots) {
    if (promote(alloc, type, alloc.parent!.parent!, dominance, dialects)) promoted++;
  }
  return promoted;
}

/** The pass `mem2reg`. */
export const mem2reg = definePass("mem2reg", {
  summary: "Turn buffers of one element into values.",
  on: "any",
  run(op, _, cx) {
    const promoted = promoteMemory(op, [...(cx.context?.dialects.values() ?? [])]);
    if (promoted > 0) cx.count("promoted", promoted);
    return promoted > 0;
  },
});
