/** Composes the dialect `ub`. */
import { defineDialect, type Dialect } from "@strata/ir";
import { interpretation } from "./interpret.ts";
import { PoisonAttr, PoisonOp, UnreachableOp } from "./ops.ts";

/** The dialect of undefined behaviour. */
export const ub: Dialect = defineDialect({
  name: "ub",
  summary: "Undefined behaviour: poisoned values and places that are never reached.",
  ops: [PoisonOp, UnreachableOp],
  attributes: [PoisonAttr.syntax],
  interfaces: interpretation,
  materializeConstant: (value, type) =>
    value instanceof PoisonAttr ? PoisonOp.of({ value }, { types: { result: type } }) : undefined,
});
