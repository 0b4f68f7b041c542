/**
 * Operations that work element by element, on vectors of any rank: LLVM has vectors of rank 1 only,
 * so that those of higher rank are arrays of such, taken apart and put together.
 */
import { type Type, type Value, VectorType } from "@strata/ir";
import type { Rewriter } from "@strata/rewrite";
import { LLVMArrayType } from "../types.ts";
import { fieldOf, poisonOf, withField } from "./build.ts";

/** Positions of the rank-1 vectors in a type, outermost first; one empty position for others. */
export function* rowsOf(type: Type): Generator<number[], void> {
  if (!(type instanceof LLVMArrayType)) {
    yield [];
    return;
  }
  for (let i = 0; i < type.size; i++) {
    for (const rest of rowsOf(type.elementType)) yield [i, ...rest];
  }
}

/** The scalar or rank-1 vector type that arrays of a type are made of. */
export function rowTypeOf(type: Type): Type {
  let t = type;
  while (t instanceof LLVMArrayType) t = t.elementType;
  return t;
}

/**
 * Applies `build` to scalars and rank-1 vectors, row by row where the operands are arrays. `build`
 * gets one row of each operand and the result's row type.
 */
export function buildElementwise(
  r: Rewriter,
  type: Type,
  operands: readonly Value[],
  build: (operands: readonly Value[], type: Type) => Value,
): Value {
  if (!(type instanceof LLVMArrayType)) return build(operands, type);
  const row = rowTypeOf(type);
  let all = poisonOf(r, type);
  for (const position of rowsOf(type)) {
    const parts = operands.map((v) =>
      v.type instanceof LLVMArrayType ? fieldOf(r, v, ...position) : v,
    );
    all = withField(r, all, build(parts, row), ...position);
  }
  return all;
}

/** Number of lanes of a row type; undefined for scalars. */
export function lanesOf(type: Type): number | undefined {
  return type instanceof VectorType ? type.shape[0]! : undefined;
}
