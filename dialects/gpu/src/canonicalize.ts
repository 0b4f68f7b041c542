/** Rewrites of `gpu` into canonical form: fewer waits, copies, barriers and casts. */
import { ConstantOp } from "@strata/arith";
import { dynamic, IntegerAttr, type InterfaceBinding, MemRefType, type Value } from "@strata/ir";
import * as memref from "@strata/memref";
import { canonicalizations, constantValueOf, pattern, type RewritePattern } from "@strata/rewrite";
import * as ops from "./ops.ts";

// barrier; barrier  →  barrier
const barrierTwice = pattern("barrier-twice", ops.Barrier, (op, rewriter) => {
  if (!(op.next instanceof ops.Barrier)) return false;
  rewriter.eraseOp(op.next);
  return true;
});

/** Whether the operation gives a token that is complete at once. */
const isComplete = (v: Value): boolean =>
  v.definingOp instanceof ops.Wait && v.definingOp.asyncDependencies.length === 0;

// wait [%t, %u], where %t = wait async  →  wait [%u]
const completeDependency = pattern("wait-for-nothing", ops.Wait, (op, rewriter) => {
  const pending = op.asyncDependencies.filter((t) => !isComplete(t));
  if (pending.length === op.asyncDependencies.length) return false;
  rewriter.modifyInPlace(op, () => op.setOperandGroup(0, pending));
  return true;
});

// wait  →  nothing, and an unused `wait async`  →  nothing, and wait async [%t]  →  %t
const needlessWait = pattern("needless-wait", ops.Wait, (op, rewriter) => {
  const { asyncToken } = op;
  if (asyncToken === undefined) {
    if (op.asyncDependencies.length > 0) return false;
    rewriter.eraseOp(op);
    return true;
  }
  if (asyncToken.isUnused) {
    rewriter.eraseOp(op);
    return true;
  }
  const [only, ...others] = op.asyncDependencies;
  if (only === undefined || others.length > 0) return false;
  rewriter.replaceOp(op, [only]);
  return true;
});

// dim (alloc(%n) : memref<?xf32>), 0  →  %n
const dimOfAlloc = pattern("dim-of-alloc", ops.Alloc, (op, rewriter) => {
  const { type } = op.memref;
  let changed = false;
  for (const user of op.memref.users()) {
    if (!(user instanceof memref.Dim)) continue;
    const d = constantValueOf(user.index);
    if (!(d instanceof IntegerAttr)) continue;
    const dimension = Number(d.value);
    if (type.shape[dimension] !== dynamic) continue;
    const before = type.shape.slice(0, dimension).filter((n) => n === dynamic).length;
    rewriter.replaceOp(user, [op.dynamicSizes[before]!]);
    changed = true;
  }
  return changed;
});

// memcpy %d, (cast %m : memref<4xf32> to memref<?xf32>)  →  memcpy %d, %m
const copyOfCast = pattern<ops.Memcpy | ops.Memset>(
  "copy-of-cast",
  [ops.Memcpy, ops.Memset],
  (op, rewriter) => {
    let changed = false;
    op.operandUses.forEach((use, i) => {
      const cast = use.value.definingOp;
      if (!(cast instanceof memref.Cast) || !(cast.source.type instanceof MemRefType)) return;
      rewriter.setOperand(op, i, cast.source);
      changed = true;
    });
    return changed;
  },
);

// %m = memref.alloc; memcpy %m, %s; dealloc %m  →  %m = memref.alloc; dealloc %m
const unreadCopy = pattern("copy-never-read", ops.Memcpy, (op, rewriter) => {
  const made = op.dst.definingOp;
  if (op.asyncToken !== undefined || op.asyncDependencies.length > 0) return false;
  if (!(made instanceof memref.Alloc)) return false;
  const isUnread = op.dst.users().every((u) => u === op || u instanceof memref.Dealloc);
  if (!isUnread || op.src === op.dst) return false;
  rewriter.eraseOp(op);
  return true;
});

// launch … threads(%tx, …) in (%sx = 1, …) { use %tx }  →  launch … { use 0 }
const singlePosition = pattern("launch-of-one", ops.Launch, (op, rewriter) => {
  const sizes = [
    op.gridSizeX,
    op.gridSizeY,
    op.gridSizeZ,
    op.blockSizeX,
    op.blockSizeY,
    op.blockSizeZ,
  ];
  const single = [...op.blockIds, ...op.threadIds].filter((id, i) => {
    const size = constantValueOf(sizes[i]!);
    return size instanceof IntegerAttr && size.value === 1n && !id.isUnused;
  });
  if (single.length === 0) return false;
  const zero = rewriter.insert(ConstantOp.of({ value: IntegerAttr.index(0) })).result;
  for (const id of single) rewriter.replaceAllUsesWith(id, zero);
  return true;
});

// broadcast (broadcast %x), in one block  →  broadcast %x
const broadcastTwice = pattern("broadcast-twice", ops.SubgroupBroadcast, (op, rewriter) => {
  const inner = op.src.definingOp;
  if (!(inner instanceof ops.SubgroupBroadcast) || inner.parent !== op.parent) return false;
  rewriter.replaceOp(op, [inner.result]);
  return true;
});

/** The canonicalizations of launches, copies and waits. */
export const gpuPatterns: readonly RewritePattern[] = [
  barrierTwice,
  broadcastTwice,
  completeDependency,
  copyOfCast,
  dimOfAlloc,
  needlessWait,
  singlePosition,
  unreadCopy,
];

/** How the operations are brought into canonical form. */
export const canonicalizers: readonly InterfaceBinding[] = canonicalizations(gpuPatterns);
