/** Enumerations of the gpu dialect: `#gpu<dim x>`, and bare keywords in operations. */
import {
  type AttrClass,
  type AttrConstraint,
  attrOf,
  type CaseParameters,
  defineAttr,
  defineCaseAttr,
  DenseArrayAttr,
  index,
  type IntegerAttr,
  IntegerType,
  integerAttrOf,
  keywordParameter,
  MemRefType,
  type ParametricAttr,
  type Type,
} from "@strata/ir";

/** An attribute that is one of a set of names. */
export type CaseAttr<N extends string> = ParametricAttr & { readonly value: N };

/** The attribute of a class, written as a bare keyword in assembly formats. */
function keywordOf<N extends string>(
  cls: AttrClass<CaseParameters<N>>,
  summary: string,
  cases: readonly N[],
): AttrConstraint<CaseAttr<N>> {
  const make = (value: N): CaseAttr<N> => cls.get({ value });
  return {
    ...attrOf<CaseAttr<N>>(summary, cls),
    cases,
    parse: (p) => make(p.parseKeywordOf(cases, summary)),
    print: (p, a) => p.write(a.value),
  };
}

/** The dimensions of grids and blocks. */
export const dimensions = ["x", "y", "z"] as const;
export type Dimension = (typeof dimensions)[number];

/** `#gpu<dim x>`. */
export class DimensionAttr extends defineCaseAttr("gpu.dim", "a dimension", dimensions) {}

/** A dimension, written `x`. */
export const DimensionC: AttrConstraint<CaseAttr<Dimension>> = keywordOf(
  DimensionAttr,
  "a dimension",
  dimensions,
);

/** How `gpu.all_reduce` and `gpu.subgroup_reduce` combine values. */
export const reductions = [
  "add",
  "mul",
  "minui",
  "minsi",
  "minnumf",
  "maxui",
  "maxsi",
  "maxnumf",
  "and",
  "or",
  "xor",
  "minimumf",
  "maximumf",
] as const;
export type Reduction = (typeof reductions)[number];

/** `#gpu<all_reduce_op add>`. */
export class AllReduceOperationAttr extends defineCaseAttr(
  "gpu.all_reduce_op",
  "a reduction operation",
  reductions,
) {}

/** A reduction operation, written `add`. */
export const ReductionC: AttrConstraint<CaseAttr<Reduction>> = keywordOf(
  AllReduceOperationAttr,
  "a reduction operation",
  reductions,
);

/** How `gpu.shuffle` finds the lane to read from. */
export const shuffleModes = ["xor", "up", "down", "idx"] as const;
export type ShuffleMode = (typeof shuffleModes)[number];

/** `#gpu<shuffle_mode xor>`. */
export class ShuffleModeAttr extends defineCaseAttr(
  "gpu.shuffle_mode",
  "a shuffle mode",
  shuffleModes,
) {}

/** A shuffle mode, written `xor`. */
export const ShuffleModeC: AttrConstraint<CaseAttr<ShuffleMode>> = keywordOf(
  ShuffleModeAttr,
  "a shuffle mode",
  shuffleModes,
);

/** Which lane's value `gpu.subgroup_broadcast` gives to all. */
export const broadcastTypes = ["first_active_lane", "specific_lane"] as const;
export type BroadcastType = (typeof broadcastTypes)[number];

/** `#gpu<broadcast first_active_lane>`. */
export class BroadcastTypeAttr extends defineCaseAttr(
  "gpu.broadcast",
  "a broadcast type",
  broadcastTypes,
) {}

/** A broadcast type, written `first_active_lane`. */
export const BroadcastTypeC: AttrConstraint<CaseAttr<BroadcastType>> = keywordOf(
  BroadcastTypeAttr,
  "a broadcast type",
  broadcastTypes,
);

/** Elementwise operations on matrices of a subgroup. */
export const mmaElementwiseKinds = [
  "addf",
  "mulf",
  "subf",
  "maxf",
  "minf",
  "divf",
  "addi",
  "muli",
  "subi",
  "divs",
  "divu",
  "negatef",
  "negates",
  "extf",
] as const;
export type MmaElementwiseKind = (typeof mmaElementwiseKinds)[number];

/** `#gpu<mma_element_wise addf>`. */
export class MmaElementwiseAttr extends defineCaseAttr(
  "gpu.mma_element_wise",
  "an elementwise operation",
  mmaElementwiseKinds,
) {}

/** An elementwise operation on matrices, written `addf`. */
export const MmaElementwiseC: AttrConstraint<CaseAttr<MmaElementwiseKind>> = keywordOf(
  MmaElementwiseAttr,
  "an elementwise operation",
  mmaElementwiseKinds,
);

/** The memories of a GPU. */
export const addressSpaces = ["global", "workgroup", "private"] as const;
export type AddressSpace = (typeof addressSpaces)[number];

/** `#gpu.address_space<workgroup>`: the memory space of a memref. */
export class AddressSpaceAttr extends defineAttr("gpu.address_space", "A memory of a GPU.", {
  value: keywordParameter(addressSpaces, "an address space"),
}) {
  static readonly global: AddressSpaceAttr = AddressSpaceAttr.get({ value: "global" });
  static readonly workgroup: AddressSpaceAttr = AddressSpaceAttr.get({ value: "workgroup" });
  static readonly private: AddressSpaceAttr = AddressSpaceAttr.get({ value: "private" });
}

/** The memory a memref lies in, where its type names one of a GPU's. */
export function addressSpaceOf(type: Type): AddressSpace | undefined {
  const space = type instanceof MemRefType ? type.memorySpace : undefined;
  return space instanceof AddressSpaceAttr ? space.value : undefined;
}

/** A number of threads, blocks or lanes. */
export const IndexAttr: AttrConstraint<IntegerAttr> = integerAttrOf(index);

/** The sizes along x, y and z: `array<i32: 128, 1, 1>`. */
export const SizesC: AttrConstraint<DenseArrayAttr> = attrOf(
  "i32 array of 3 elements",
  DenseArrayAttr,
  (a) => a.elementType === IntegerType.get(32) && a.values.length === 3,
);
