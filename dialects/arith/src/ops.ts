/**
 * The operations of `arith`: integer and floating-point arithmetic, comparison, casts, constants.
 * Names, operands, attributes and textual forms are upstream's.
 */
import { type Attribute, ConstantLike, type Operation } from "@strata/ir";
import {
  ExtSI,
  ExtUI,
  TruncI,
  ExtF,
  TruncF,
  ScalingExtF,
  ScalingTruncF,
  SIToFP,
  UIToFP,
  FPToSI,
  FPToUI,
  IndexCast,
  IndexCastUI,
  BitcastOp,
} from "./ops-cast.ts";
import { CmpI, CmpF, SelectOp } from "./ops-compare.ts";
import { ConstantOp } from "./ops-constant.ts";
import {
  AddF,
  SubF,
  MulF,
  DivF,
  RemF,
  MaximumF,
  MinimumF,
  MaxNumF,
  MinNumF,
  NegF,
} from "./ops-float.ts";
import {
  AddI,
  SubI,
  MulI,
  DivSI,
  DivUI,
  CeilDivSI,
  CeilDivUI,
  FloorDivSI,
  RemSI,
  RemUI,
  AndI,
  OrI,
  XOrI,
  ShLI,
  ShRSI,
  ShRUI,
  MaxSI,
  MinSI,
  MaxUI,
  MinUI,
  AddUIExtended,
  MulSIExtended,
  MulUIExtended,
} from "./ops-integer.ts";

export * from "./ops-cast.ts";
export * from "./ops-compare.ts";
export * from "./ops-constant.ts";
export * from "./ops-float.ts";
export * from "./ops-integer.ts";

/** Every operation of the dialect. */
export const arithOps = [
  ConstantOp,
  AddI,
  SubI,
  MulI,
  DivSI,
  DivUI,
  CeilDivSI,
  CeilDivUI,
  FloorDivSI,
  RemSI,
  RemUI,
  AndI,
  OrI,
  XOrI,
  ShLI,
  ShRSI,
  ShRUI,
  MaxSI,
  MinSI,
  MaxUI,
  MinUI,
  AddUIExtended,
  MulSIExtended,
  MulUIExtended,
  AddF,
  SubF,
  MulF,
  DivF,
  RemF,
  MaximumF,
  MinimumF,
  MaxNumF,
  MinNumF,
  NegF,
  CmpI,
  CmpF,
  SelectOp,
  ExtSI,
  ExtUI,
  TruncI,
  ExtF,
  TruncF,
  ScalingExtF,
  ScalingTruncF,
  SIToFP,
  UIToFP,
  FPToSI,
  FPToUI,
  IndexCast,
  IndexCastUI,
  BitcastOp,
] as const;

/** The value of an `arith.constant`, or of any constant attribute, if `value` is one. */
export function constantValueOf(op: Operation | undefined): Attribute | undefined {
  return op?.definition.hasTrait(ConstantLike) === true ? op.getAttr("value") : undefined;
}
