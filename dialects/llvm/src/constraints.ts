/** Constraints on the types of operands and results of the LLVM dialect. */
import {
  elementTypeOf,
  IntegerType,
  type Type,
  type TypeConstraint,
  typeWhere,
  VectorType,
} from "@strata/ir";
import {
  isAggregate,
  isCompatibleType,
  isLLVMFloat,
  isLLVMInteger,
  isLLVMVector,
  isLoadable,
  type LLVMArrayType,
  LLVMPointerType,
  type LLVMStructType,
} from "./types.ts";

/** A scalar satisfying `holds`, or a one-dimensional vector of such. */
function scalarOrVector(summary: string, holds: (t: Type) => boolean): TypeConstraint {
  return typeWhere(summary, (t) =>
    t instanceof VectorType ? t.rank === 1 && holds(t.elementType) : holds(t),
  );
}

/** Any type LLVM IR has. */
export const AnyLLVM: TypeConstraint = typeWhere("an LLVM type", isCompatibleType);
/** Any type whose values memory can hold. */
export const Loadable: TypeConstraint = typeWhere("an LLVM type with a size", isLoadable);
export const AnyLLVMInteger: TypeConstraint<IntegerType> = typeWhere(
  "signless integer",
  isLLVMInteger,
);
export const IntegerOrVector: TypeConstraint = scalarOrVector(
  "signless integer or vector of such",
  isLLVMInteger,
);
export const FloatOrVector: TypeConstraint = scalarOrVector(
  "floating point or vector of such",
  isLLVMFloat,
);
export const AnyPointer: TypeConstraint<LLVMPointerType> = typeWhere(
  "LLVM pointer",
  (t) => t instanceof LLVMPointerType,
);
export const PointerOrVector: TypeConstraint = scalarOrVector(
  "LLVM pointer or vector of such",
  (t) => t instanceof LLVMPointerType,
);
export const IntegerPointerOrVector: TypeConstraint = scalarOrVector(
  "signless integer, LLVM pointer or vector of such",
  (t) => isLLVMInteger(t) || t instanceof LLVMPointerType,
);
export const BoolOrVector: TypeConstraint = scalarOrVector(
  "i1 or vector of such",
  (t) => t instanceof IntegerType && t.width === 1,
);
export const LLVMVector: TypeConstraint<VectorType> = typeWhere("LLVM vector", isLLVMVector);
export const PointerVector: TypeConstraint<VectorType> = typeWhere(
  "vector of LLVM pointers",
  (t) => isLLVMVector(t) && t.elementType instanceof LLVMPointerType,
);
export const BoolVector: TypeConstraint<VectorType> = typeWhere(
  "vector of i1",
  (t) => isLLVMVector(t) && t.elementType === IntegerType.get(1),
);
export const IntegerVector: TypeConstraint<VectorType> = typeWhere(
  "vector of signless integers",
  (t) => isLLVMVector(t) && isLLVMInteger(t.elementType),
);
export const FloatVector: TypeConstraint<VectorType> = typeWhere(
  "vector of floating points",
  (t) => isLLVMVector(t) && isLLVMFloat(t.elementType),
);
export const Aggregate: TypeConstraint<LLVMStructType | LLVMArrayType> = typeWhere(
  "LLVM structure or array",
  isAggregate,
);
/** What atomic operations work on. */
export const AtomicValue: TypeConstraint = typeWhere(
  "integer, floating point or LLVM pointer",
  (t) => isLLVMInteger(t) || isLLVMFloat(t) || t instanceof LLVMPointerType || isLLVMVector(t),
);

/** `i1`, or a vector of `i1` as long as `type`. */
export function boolTypeLike(type: Type): Type {
  const i1 = IntegerType.get(1);
  return type instanceof VectorType ? type.withElementType(i1) : i1;
}

/** The element type of a vector; the type itself otherwise. */
export function scalarOf(type: Type): Type {
  return elementTypeOf(type);
}
