/** Composes the dialect `arith`. */
import {
  type Attribute,
  attributeType,
  defineDialect,
  type Dialect,
  MemoryEffectsInterface,
  type Operation,
  type Type,
} from "@strata/ir";
import { FastMathAttr, OverflowAttr } from "./attributes.ts";
import { canonicalizers } from "./canonicalize.ts";
import { folds } from "./fold.ts";
import { interpretation } from "./interpret.ts";
import { linearForms } from "./linear.ts";
import {
  arithOps,
  CeilDivSI,
  CeilDivUI,
  ConstantOp,
  DivSI,
  DivUI,
  FloorDivSI,
  RemSI,
  RemUI,
} from "./ops.ts";
import { ranges } from "./ranges.ts";

function materializeConstant(value: Attribute, type: Type): Operation | undefined {
  const known = ConstantOp.definition.attributes[0]?.constraint.check(value) === true;
  return known && attributeType(value) === type
    ? ConstantOp.of({ value: value as ConstantOp["value"] })
    : undefined;
}

/** The dialect of integer and floating-point arithmetic. */
export const arith: Dialect = defineDialect({
  name: "arith",
  summary: "Integer and floating-point arithmetic, comparison, casts and constants.",
  ops: arithOps,
  attributes: [OverflowAttr.syntax, FastMathAttr.syntax],
  interfaces: [
    // Division touches no memory, but may fail: it can be erased, not moved.
    MemoryEffectsInterface.on([DivSI, DivUI, CeilDivSI, CeilDivUI, FloorDivSI, RemSI, RemUI], {
      effects: () => [],
    }),
    ...folds,
    ...canonicalizers,
    ...interpretation,
    ...linearForms,
    ...ranges,
  ],
  materializeConstant,
});
