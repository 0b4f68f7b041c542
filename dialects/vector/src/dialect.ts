/** The vector dialect, composed. */
import { AccessInterface } from "@strata/analysis";
import { arith } from "@strata/arith";
import {
  defineDialect,
  type Dialect,
  MemoryEffectsInterface,
  MemRefType,
  type Value,
} from "@strata/ir";
import { CombiningKindAttr, IteratorTypeAttr, PunctuationAttr } from "./attributes.ts";
import { canonicalizers } from "./canonicalize.ts";
import { folds } from "./fold.ts";
import { interpretation } from "./interpret.ts";
import * as ops from "./ops.ts";

const isMemRef = (v: Value): boolean => v.type instanceof MemRefType;

export const vector: Dialect = defineDialect({
  name: "vector",
  summary: "SIMD values.",
  ops: [
    ops.Bitcast,
    ops.Broadcast,
    ops.CompressStore,
    ops.ConstantMask,
    ops.Contract,
    ops.CreateMask,
    ops.Deinterleave,
    ops.ExpandLoad,
    ops.Extract,
    ops.ExtractStridedSlice,
    ops.FMA,
    ops.FromElements,
    ops.Gather,
    ops.Insert,
    ops.InsertStridedSlice,
    ops.Interleave,
    ops.Load,
    ops.Mask,
    ops.MaskedLoad,
    ops.MaskedStore,
    ops.MultiReduction,
    ops.OuterProduct,
    ops.Print,
    ops.Reduction,
    ops.ScalableExtract,
    ops.ScalableInsert,
    ops.Scan,
    ops.Scatter,
    ops.ShapeCast,
    ops.Shuffle,
    ops.Step,
    ops.Store,
    ops.ToElements,
    ops.TransferRead,
    ops.TransferWrite,
    ops.Transpose,
    ops.TypeCast,
    ops.VScale,
    ops.Yield,
  ],
  attributes: [CombiningKindAttr.syntax, IteratorTypeAttr.syntax, PunctuationAttr.syntax],
  interfaces: [
    ...folds,
    ...canonicalizers,
    ...interpretation,
    AccessInterface.on(ops.Load, {
      accesses: ({ operands: [memref, ...indices] }) => [
        { kind: "read", memref: memref!, indices, several: true },
      ],
    }),
    AccessInterface.on(ops.Store, {
      accesses: ({ operands: [, memref, ...indices] }) => [
        { kind: "write", memref: memref!, indices, several: true },
      ],
    }),
    MemoryEffectsInterface.on([ops.Load, ops.MaskedLoad, ops.Gather, ops.ExpandLoad], {
      effects: (op) => [{ kind: "read", value: op.operand(0) }],
    }),
    MemoryEffectsInterface.on(ops.Store, {
      effects: (op) => [{ kind: "write", value: op.operand(1) }],
    }),
    MemoryEffectsInterface.on([ops.MaskedStore, ops.Scatter, ops.CompressStore], {
      effects: (op) => [{ kind: "write", value: op.operand(0) }],
    }),
    // A transfer of a tensor touches no memory.
    MemoryEffectsInterface.on(ops.TransferRead, {
      effects: (op) => (isMemRef(op.operand(0)) ? [{ kind: "read", value: op.operand(0) }] : []),
    }),
    MemoryEffectsInterface.on(ops.TransferWrite, {
      effects: (op) => (isMemRef(op.operand(1)) ? [{ kind: "write", value: op.operand(1) }] : []),
    }),
    MemoryEffectsInterface.on(ops.Print, { effects: () => [{ kind: "write", value: undefined }] }),
  ],
  materializeConstant: (value, type) => arith.parts.materializeConstant?.(value, type),
});
