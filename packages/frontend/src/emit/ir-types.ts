/** Types of the language as types of the IR. */
import {
  bf16,
  dynamic,
  f16,
  f32,
  f64,
  i1,
  i16,
  i32,
  i64,
  i8,
  index,
  RankedTensorType,
  type Type,
} from "@strata/ir";
import { dimNames, evaluateDim, type DimExpr, type ScalarType } from "@strata/support";
import { isOpaque, kindOf, resolve, type Ty } from "../semantics/types.ts";

const scalars: Readonly<Record<ScalarType, Type>> = {
  bool: i1,
  i8,
  i16,
  i32,
  i64,
  u8: i8,
  u16: i16,
  u32: i32,
  u64: i64,
  f16,
  bf16,
  f32,
  f64,
  index,
};

/** The IR type of a scalar. */
export function scalarIrType(name: ScalarType): Type {
  return scalars[name];
}

/** The name of a resolved scalar type; an error for others. */
export function scalarName(ty: Ty): ScalarType {
  const t = resolve(ty);
  if (t.kind !== "scalar") throw new Error(`expected a scalar type, found ${t.kind}`);
  return t.name;
}

export function isFloatName(name: ScalarType): boolean {
  return kindOf(name) === "float";
}

export function isUnsignedName(name: ScalarType): boolean {
  return kindOf(name) === "uint" || name === "bool";
}

/** An extent as a number, where the fixed dimensions determine it. */
export function staticExtent(d: DimExpr, dims: ReadonlyMap<string, number>): number {
  if (isOpaque(d)) return dynamic;
  const names = dimNames(d);
  if (names.params.size > 0 || [...names.dims].some((n) => !dims.has(n))) return dynamic;
  return evaluateDim(d, { dims, params: new Map() });
}

/** The IR type of a scalar or tensor type. */
export function irType(ty: Ty, dims: ReadonlyMap<string, number>): Type {
  const t = resolve(ty);
  if (t.kind !== "tensor") return scalars[scalarName(t)];
  return RankedTensorType.get(
    t.dims.map((d) => staticExtent(d, dims)),
    scalars[scalarName(t.element)],
  );
}
