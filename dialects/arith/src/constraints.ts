/** Type constraints shared by the operations of `arith` and `math`. */
import {
  BoolLike,
  elementTypeOf,
  FloatType,
  i1,
  IndexType,
  IntegerType,
  MemRefType,
  typeWhere,
  type Type,
  type TypeConstraint,
  UnrankedMemRefType,
  withElementTypeOf,
} from "@strata/ir";

function isSignless(t: Type): boolean {
  return t instanceof IntegerType && t.signedness === "signless";
}

/** Whether the type is a memref, ranked or not. */
export function isMemRefType(t: Type): boolean {
  return t instanceof MemRefType || t instanceof UnrankedMemRefType;
}

/** i1 in the shape of `type`. */
export function boolTypeLike(type: Type): Type {
  return withElementTypeOf(type, i1);
}

/** Operands of `bitcast`: signless integers and floats, in vectors, tensors or memrefs too. */
export const Bitcastable: TypeConstraint = typeWhere(
  "signless-integer-or-float-like or memref of signless-integer or float",
  (t) => {
    const e = elementTypeOf(t);
    return isSignless(e) || e instanceof FloatType;
  },
);

/** Operands of `index_cast`: signless integers and index, in vectors, tensors or memrefs too. */
export const IndexCastable: TypeConstraint = typeWhere(
  "signless-integer-like or memref of signless-integer",
  (t) => {
    const e = elementTypeOf(t);
    return isSignless(e) || e instanceof IndexType;
  },
);

/** What `select` chooses by: i1, or a vector or tensor of i1. */
export const Condition: TypeConstraint = BoolLike;
