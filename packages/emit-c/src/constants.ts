/** Constants as C. */
import * as arith from "@strata/arith";
import {
  DenseElementsAttr,
  FloatAttr,
  IntegerAttr,
  type Attribute,
  type Operation,
  VectorType,
} from "@strata/ir";
import type { Expr } from "./expression.ts";
import { floatConstant } from "./floats.ts";
import type { FunctionEmitter } from "./function-emitter.ts";
import { integerConstant } from "./integers.ts";
import { refuse } from "./types.ts";

/** The lanes of a constant; undefined for other operations. */
export function constantLanes(em: FunctionEmitter, op: Operation): Expr[] | undefined {
  if (!(op instanceof arith.ConstantOp)) return undefined;
  const type = op.resultTypes[0]!;
  const kind = em.kindOf(type, op);
  const one = (a: Attribute): Expr => {
    if (a instanceof IntegerAttr) return integerConstant(em, a, kind);
    if (a instanceof FloatAttr) return floatConstant(em, a);
    return refuse(op, "the constant");
  };
  const { value } = op;
  if (!(value instanceof DenseElementsAttr)) return [one(value)];
  const count = type instanceof VectorType ? type.numElements : 1;
  return Array.from({ length: count }, (_, k) => one(value.at(k)));
}
