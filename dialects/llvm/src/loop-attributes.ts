/** Hints to LLVM's loop passes, attached to the branch that closes a loop. */
import { ArrayAttr, type AttrSyntax, LocationAttr } from "@strata/ir";
import {
  attrParameter,
  boolParameter,
  defineStructAttr,
  integerAttrParameter,
  type StructAttr,
  type StructParameter,
  structParameter,
} from "./struct-attr.ts";

const location = attrParameter<LocationAttr>("a location", (a) => a instanceof LocationAttr);

/** The annotation of the loops that a transformation leaves. */
const followup: StructParameter<StructAttr> = structParameter(annotationSyntax);

function annotationSyntax(): { readonly syntax: AttrSyntax } {
  return LoopAnnotationAttr;
}

/** `#llvm.loop_vectorize<disable = false, width = 8 : i32>`. */
export class LoopVectorizeAttr extends defineStructAttr("loop_vectorize", "How to vectorize.", {
  disable: boolParameter,
  predicateEnable: boolParameter,
  scalableEnable: boolParameter,
  width: integerAttrParameter,
  followupVectorized: followup,
  followupEpilogue: followup,
  followupAll: followup,
}) {}

/** `#llvm.loop_interleave<count = 4 : i32>`. */
export class LoopInterleaveAttr extends defineStructAttr("loop_interleave", "How to interleave.", {
  count: integerAttrParameter,
}) {}

/** `#llvm.loop_unroll<count = 4 : i32>`. */
export class LoopUnrollAttr extends defineStructAttr("loop_unroll", "How to unroll.", {
  disable: boolParameter,
  count: integerAttrParameter,
  runtimeDisable: boolParameter,
  full: boolParameter,
  followupUnrolled: followup,
  followupRemainder: followup,
  followupAll: followup,
}) {}

/** `#llvm.loop_unroll_and_jam<count = 4 : i32>`. */
export class LoopUnrollAndJamAttr extends defineStructAttr(
  "loop_unroll_and_jam",
  "How to unroll and jam.",
  {
    disable: boolParameter,
    count: integerAttrParameter,
    followupOuter: followup,
    followupInner: followup,
    followupRemainderOuter: followup,
    followupRemainderInner: followup,
    followupAll: followup,
  },
) {}

/** `#llvm.loop_licm<disable = true>`. */
export class LoopLICMAttr extends defineStructAttr("loop_licm", "Whether to hoist.", {
  disable: boolParameter,
  versioningDisable: boolParameter,
}) {}

/** `#llvm.loop_distribute<disable = true>`. */
export class LoopDistributeAttr extends defineStructAttr("loop_distribute", "Whether to split.", {
  disable: boolParameter,
  followupCoincident: followup,
  followupSequential: followup,
  followupFallback: followup,
  followupAll: followup,
}) {}

/** `#llvm.loop_pipeline<disable = true>`. */
export class LoopPipelineAttr extends defineStructAttr("loop_pipeline", "How to pipeline.", {
  disable: boolParameter,
  initiationinterval: integerAttrParameter,
}) {}

/** `#llvm.loop_peeled<count = 1 : i32>`. */
export class LoopPeeledAttr extends defineStructAttr("loop_peeled", "How often it was peeled.", {
  count: integerAttrParameter,
}) {}

/** `#llvm.loop_unswitch<partialDisable = true>`. */
export class LoopUnswitchAttr extends defineStructAttr("loop_unswitch", "Whether to unswitch.", {
  partialDisable: boolParameter,
}) {}

/** `#llvm.loop_annotation<vectorize = <disable = false>, mustProgress = true>`. */
export class LoopAnnotationAttr extends defineStructAttr("loop_annotation", "Hints on a loop.", {
  disableNonforced: boolParameter,
  vectorize: structParameter<LoopVectorizeAttr>(() => LoopVectorizeAttr),
  interleave: structParameter<LoopInterleaveAttr>(() => LoopInterleaveAttr),
  unroll: structParameter<LoopUnrollAttr>(() => LoopUnrollAttr),
  unrollAndJam: structParameter<LoopUnrollAndJamAttr>(() => LoopUnrollAndJamAttr),
  licm: structParameter<LoopLICMAttr>(() => LoopLICMAttr),
  distribute: structParameter<LoopDistributeAttr>(() => LoopDistributeAttr),
  pipeline: structParameter<LoopPipelineAttr>(() => LoopPipelineAttr),
  peeled: structParameter<LoopPeeledAttr>(() => LoopPeeledAttr),
  unswitch: structParameter<LoopUnswitchAttr>(() => LoopUnswitchAttr),
  mustProgress: boolParameter,
  isVectorized: boolParameter,
  startLoc: location,
  endLoc: location,
  parallelAccesses: attrParameter<ArrayAttr>("a list", (a) => a instanceof ArrayAttr),
}) {}
