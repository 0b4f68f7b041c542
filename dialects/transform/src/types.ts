/**
 * The types of `transform`: handles to operations and values of the program that is transformed (the
 * payload), and parameters. Names and text are upstream's.
 */
import {
  defineType,
  StringAttr,
  type Parameter,
  type Type,
  type TypeConstraint,
  typeParameter,
  typeWhere,
} from "@strata/ir";

/** A handle to any operations. */
export class AnyOpType extends defineType(
  "transform.any_op",
  "a handle to operations of any kind",
) {}

const opName: Parameter<string> = {
  key: (name) => name,
  print: (p, name) => p.attribute(StringAttr.get(name)),
  parse: (p) => p.parseString(),
};

/** A handle to operations of one kind: `!transform.op<"scf.for">`. */
export class OperationType extends defineType(
  "transform.op",
  "a handle to operations of one kind",
  { operationName: opName },
) {}

/** A handle to any values. */
export class AnyValueType extends defineType("transform.any_value", "a handle to values") {}

/** Attributes of any kind, known when the transformation runs. */
export class AnyParamType extends defineType("transform.any_param", "parameters of any kind") {}

/** Integers known when the transformation runs: `!transform.param<i64>`. */
export class ParamType extends defineType("transform.param", "parameters of a type", {
  type: typeParameter,
}) {}

/** A type as a parameter. */
export class TypeParamType extends defineType("transform.type", "types as parameters") {}

/** An affine map as a parameter. */
export class AffineMapParamType extends defineType(
  "transform.affine_map",
  "affine maps as parameters",
) {}

/** All types of the dialect. */
export const transformTypes = [
  AnyOpType,
  OperationType,
  AnyValueType,
  AnyParamType,
  ParamType,
  TypeParamType,
  AffineMapParamType,
] as const;

const isOpHandle = (t: Type): boolean => t instanceof AnyOpType || t instanceof OperationType;
const isParam = (t: Type): boolean =>
  t instanceof AnyParamType ||
  t instanceof ParamType ||
  t instanceof TypeParamType ||
  t instanceof AffineMapParamType;

export const OpHandle: TypeConstraint = typeWhere("handle to operations", isOpHandle);
export const ValueHandle: TypeConstraint = typeWhere(
  "handle to values",
  (t) => t instanceof AnyValueType,
);
export const Param: TypeConstraint = typeWhere("parameter", isParam);
export const OpHandleOrParam: TypeConstraint = typeWhere(
  "handle to operations or parameter",
  (t) => isOpHandle(t) || isParam(t),
);
export const AnyHandleOrParam: TypeConstraint = typeWhere(
  "handle or parameter",
  (t) => isOpHandle(t) || isParam(t) || t instanceof AnyValueType,
);
