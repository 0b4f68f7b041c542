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
import type { ScalarType } from "@strata/support";
import { kindOf, resolve, type Ty } from "../semantics/types.ts";
import { tryExtent } from "./ranges.ts";

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
export function scalarName(type: Ty): ScalarType {
  const resolved = resolve(type);
  if (resolved.kind !== "scalar") throw new Error(`expected a scalar type, found ${resolved.kind}`);
  return resolved.name;
}

export function isFloatName(name: ScalarType): boolean {
  return kindOf(name) === "float";
}

/** Whether the IR's signless integers of this type are to be read as unsigned. */
export function isUnsignedName(name: ScalarType): boolean {
  return kindOf(name) === "uint" || name === "bool";
}

/** The IR type of a scalar or tensor type; extents are static where `dims` fixes them. */
export function irType(type: Ty, dims: ReadonlyMap<string, number>): Type {
  const resolved = resolve(type);
  if (resolved.kind !== "tensor") return scalars[scalarName(resolved)];
  const shape = resolved.dims.map((dim) => tryExtent(dim, dims) ?? dynamic);
  return RankedTensorType.get(shape, scalars[scalarName(resolved.element)]);
}
