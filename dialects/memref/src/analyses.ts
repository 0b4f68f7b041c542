/** What analyses ask of the operations: whose memory results lie in, and bounds of extents. */
import { AccessInterface, AliasInterface, type Aliasing, RangeInterface } from "@strata/analysis";
import { type InterfaceBinding, lookupSymbol, type Operation } from "@strata/ir";
import * as ops from "./ops.ts";

const ofFirst: Aliasing = { source: (op) => op.operand(0) };
const allOfFirst: Aliasing = { ...ofFirst, isWhole: () => true };

const greatestIndex = (1n << 63n) - 1n;

function allocatedGlobal(op: Operation): Operation | undefined {
  return op instanceof ops.GetGlobal ? lookupSymbol(op, op.symbol) : undefined;
}

/** What analyses ask. */
export const analyses: readonly InterfaceBinding[] = [
  AliasInterface.on(
    [ops.CollapseShape, ops.ExpandShape, ops.ReinterpretCast, ops.SubView, ops.View],
    ofFirst,
  ),
  AliasInterface.on(
    [ops.AssumeAlignment, ops.Cast, ops.MemorySpaceCast, ops.Reshape, ops.Transpose],
    allOfFirst,
  ),
  // The base buffer is the first result.
  AliasInterface.on(ops.ExtractStridedMetadata, {
    source: (op, i) => (i === 0 ? op.operand(0) : undefined),
  }),
  AliasInterface.on(ops.DistinctObjects, {
    source: (op, i) => op.operand(i),
    isWhole: () => true,
  }),
  AliasInterface.on(ops.GetGlobal, { global: allocatedGlobal }),
  AccessInterface.on(ops.Load, {
    accesses: ({ operands: [memref, ...indices] }) => [{ kind: "read", memref: memref!, indices }],
  }),
  AccessInterface.on(ops.Store, {
    accesses: ({ operands: [, memref, ...indices] }) => [
      { kind: "write", memref: memref!, indices },
    ],
  }),
  AccessInterface.on(ops.AtomicRMW, {
    accesses: ({ operands: [, memref, ...indices] }) => [
      { kind: "read", memref: memref!, indices },
      { kind: "write", memref: memref!, indices },
    ],
  }),
  RangeInterface.on([ops.Dim, ops.Rank], { infer: () => [{ low: 0n, high: greatestIndex }] }),
];
