/** Inserts operations whose class is only known at run time. */
import { type Attribute, buildOperation, type OpRef, type Type, type Value } from "@strata/ir";
import type { Rewriter } from "@strata/rewrite";

/** Attributes of an operation to build, by declared name. */
export type Attributes = Readonly<Record<string, Attribute | boolean | undefined>>;

/** Inserts an operation with one result: one operand for each declared, in their order. */
export function insertOne(
  r: Rewriter,
  cls: OpRef,
  operands: readonly Value[],
  type: Type,
  attributes: Attributes = {},
): Value {
  const def = cls.definition;
  const init: Record<string, unknown> = { ...attributes };
  def.operandGroups.forEach((g, i) => {
    init[g.name] = operands[i];
  });
  const options = { types: { [def.resultGroups[0]!.name]: type } };
  return r.insert(buildOperation(def, init, options)).resultAt(0);
}
