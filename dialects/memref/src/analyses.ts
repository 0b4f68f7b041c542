/** What analyses ask of the operations: whose memory results lie in, and bounds of extents. */
import { AliasInterface, type Aliasing, RangeInterface } from "@strata/analysis";
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
  RangeInterface.on([ops.Dim, ops.Rank], { infer: () => [{ low: 0n, high: greatestIndex }] }),
];
