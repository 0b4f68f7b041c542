/** The gpu dialect, composed. */
import { arith } from "@strata/arith";
import { defineDialect, type Dialect } from "@strata/ir";
import * as attributes from "./attributes.ts";
import { Binary, ObjectAttr, SelectObjectAttr } from "./binary.ts";
import { canonicalizers } from "./canonicalize.ts";
import { effects } from "./effects.ts";
import { folds } from "./fold.ts";
import { interpretation } from "./interpret.ts";
import * as mapping from "./mapping-attributes.ts";
import * as ops from "./ops.ts";
import { ranges } from "./ranges.ts";
import { AsyncTokenType, MmaMatrixType } from "./types.ts";

/** The dialect of kernels, their launches and memory of a GPU. */
export const gpu: Dialect = defineDialect({
  name: "gpu",
  summary: "Kernels, their launches and memory of a GPU.",
  ops: [
    ops.AllReduce,
    ops.Alloc,
    ops.Barrier,
    Binary,
    ops.BlockDim,
    ops.BlockId,
    ops.ClusterBlockId,
    ops.ClusterDim,
    ops.ClusterDimBlocks,
    ops.ClusterId,
    ops.Dealloc,
    ops.DynamicSharedMemory,
    ops.GlobalId,
    ops.GpuFunc,
    ops.GpuModule,
    ops.GridDim,
    ops.HostRegister,
    ops.HostUnregister,
    ops.LaneId,
    ops.Launch,
    ops.LaunchFunc,
    ops.Memcpy,
    ops.Memset,
    ops.MmaCompute,
    ops.MmaConstant,
    ops.MmaElementwise,
    ops.MmaExtract,
    ops.MmaInsert,
    ops.MmaLoad,
    ops.MmaStore,
    ops.NumSubgroups,
    ops.Printf,
    ops.Return,
    ops.Rotate,
    ops.SetDefaultDevice,
    ops.Shuffle,
    ops.SubgroupBroadcast,
    ops.SubgroupId,
    ops.SubgroupReduce,
    ops.SubgroupSize,
    ops.Terminator,
    ops.ThreadId,
    ops.Wait,
    ops.WarpExecute,
    ops.Yield,
  ],
  types: [AsyncTokenType.syntax, MmaMatrixType.syntax],
  attributes: [
    attributes.AddressSpaceAttr.syntax,
    attributes.AllReduceOperationAttr.syntax,
    attributes.BroadcastTypeAttr.syntax,
    attributes.DimensionAttr.syntax,
    attributes.MmaElementwiseAttr.syntax,
    attributes.ShuffleModeAttr.syntax,
    ObjectAttr.syntax,
    SelectObjectAttr.syntax,
    mapping.BlockMappingAttr.syntax,
    mapping.LaneMappingAttr.syntax,
    mapping.LoopDimMapAttr.syntax,
    mapping.MemorySpaceMappingAttr.syntax,
    mapping.ThreadMappingAttr.syntax,
    mapping.WarpMappingAttr.syntax,
    mapping.WarpgroupMappingAttr.syntax,
  ],
  interfaces: [...effects, ...folds, ...canonicalizers, ...interpretation, ...ranges],
  materializeConstant: (value, type) => arith.parts.materializeConstant?.(value, type),
});
